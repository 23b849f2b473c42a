#pragma once

#include "base/bytes.h"

namespace zvfs {

/// True when a sample of `content` is spread so evenly over the byte values that coding single
/// bytes would save less than about 1 %. Repeats are not looked for. Costs about as much as
/// copying 32 KiB, whatever the size; contents under 4 KiB are not sampled and give false.
bool looks_random(ByteSpan content);

}  // namespace zvfs
