#include "zvfs/check/tar_stream.h"

namespace zvfs {

TarStream::TarStream(const Image& image, unsigned threads)
    : image_(image.raw()),
      cursor_(image_.index()),
      prefetcher_(image, threads, image_.cache().capacity_bytes() / 4),
      frame_count_(image.header().frame_count) {}

Result<ByteSpan> TarStream::next() {
  if (is_exhausted()) return ByteSpan();
  const FrameNumber number{next_frame_++};
  prefetcher_.visit(number.value);
  const DataFrame frame = ZVFS_TRY(image_.frame_table().frame(cursor_, number));
  frame_ = ZVFS_TRY(image_.frames().read({FrameKey::Space::kData, number.value},
                                         FrameClass::kPacked, frame.location));
  return frame_->bytes();
}

}  // namespace zvfs
