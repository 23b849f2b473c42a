#include "format/stream_run.h"

namespace zvfs {

Result<void> must_follow(StreamOffset end, StreamOffset begin) {
  if (begin == end) return {};
  return fail(ErrorCode::kCorrupt, "an extent at stream offset {} does not follow the one to {}",
              begin.value, end.value);
}

Result<DataFrame> StreamRun::frame_at(StreamOffset offset, FrameNumber first) {
  if (!frame_) {
    frame_ = ZVFS_TRY(table_.find(cursor_, offset, first));
    position_ = offset;
    return *frame_;
  }
  ZVFS_TRY(must_follow(position_, offset));
  if (offset == frame_->end()) frame_ = ZVFS_TRY(next_frame());
  return *frame_;
}

Result<DataFrame> StreamRun::next_frame() {
  const std::uint32_t crossed = frame_->location.decoded_size;
  if (!is_first_frame_ && crossed < kMinCrossedSize) {
    return fail(ErrorCode::kCorrupt, "frame {}: {} bytes amid a file are less than {}",
                frame_->number.value, crossed, kMinCrossedSize);
  }
  is_first_frame_ = false;
  return table_.frame(cursor_, {frame_->number.value + 1});
}

}  // namespace zvfs
