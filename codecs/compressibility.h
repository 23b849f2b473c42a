#pragma once

#include "base/bytes.h"

namespace zvfs {

/// True if the byte values in a sample of `content` are so evenly distributed that coding single
/// bytes would save less than about 1 %. Does not look for repeats. Costs about as much as copying
/// 32 KiB, whatever the size; contents under 4 KiB are not sampled and give false.
bool looks_random(ByteSpan content);

}  // namespace zvfs
