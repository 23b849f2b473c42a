#pragma once

#include <cstdint>

#include "base/result.h"
#include "format/offsets.h"

namespace zvfs {

/// The number of the data frame that follows `frames` others. Errors: TooLarge (the seek table can
/// list kMaxFrames, including the index).
Result<FrameNumber> next_frame_number(std::uint32_t frames);

}  // namespace zvfs
