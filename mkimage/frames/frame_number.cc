#include "mkimage/frames/frame_number.h"

#include "format/records.h"

namespace zvfs {

Result<FrameNumber> next_frame_number(std::uint32_t frames) {
  constexpr std::uint32_t kMaxDataFrames = kMaxFrames - 1;
  if (frames < kMaxDataFrames) return FrameNumber{frames};
  return fail(ErrorCode::kTooLarge, "more than {} frames: choose a larger frame size",
              kMaxDataFrames);
}

}  // namespace zvfs
