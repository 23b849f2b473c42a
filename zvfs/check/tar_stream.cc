#include "zvfs/check/tar_stream.h"

#include "base/units.h"

namespace zvfs {
namespace {

constexpr std::uint64_t kWindowSize = 16 * kMiB;

}  // namespace

TarStream::TarStream(const Image& image, unsigned threads)
    : image_(image.raw()),
      cursor_(image_.index()),
      prefetcher_(image, threads, kWindowSize),
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
