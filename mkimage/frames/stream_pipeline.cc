#include "mkimage/frames/stream_pipeline.h"

#include <utility>

#include "mkimage/frames/frame_number.h"

namespace zvfs {

Result<void> StreamPipeline::take(ByteVector& content) {
  next_.number = ZVFS_TRY(next_frame_number(frame_count_++));
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
