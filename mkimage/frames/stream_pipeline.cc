#include "mkimage/frames/stream_pipeline.h"

#include <utility>

namespace zvfs {

Result<void> StreamPipeline::take(ByteVector& content) {
  // The seek table lists the index frame, too.
  if (next_number_ + 1 == kMaxFrames) {
    return fail(ErrorCode::kTooLarge, "more than {} frames: choose a larger frame size",
                kMaxFrames - 2);
  }
  next_.number = FrameNumber{next_number_++};
  next_.stream_offset = StreamOffset{stream_size_};
  stream_size_ += content.size();
  std::swap(next_.bytes, content);
  ZVFS_TRY(encoder_.add(next_));
  next_.names.clear();
  std::swap(next_.bytes, content);
  content.clear();
  return {};
}

}  // namespace zvfs
