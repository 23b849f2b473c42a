#pragma once

#include <cstdint>

#include "format/frame_prefetcher.h"
#include "format/image.h"
#include "mkimage/archives/byte_stream.h"

namespace zvfs {

/// Reads the tar stream of an image, a frame at a time, decoding ahead. Not thread-safe.
class TarStream final : public ByteStream {
 public:
  /// Borrows the image.
  TarStream(const Image& image, unsigned threads);

  /// Errors: Corrupt (a frame that does not decode), Io.
  Result<ByteSpan> next() override;

  /// True once all frames were read.
  [[nodiscard]] bool is_exhausted() const { return next_frame_ == frame_count_; }

 private:
  const ImageTables& image_;
  IndexReader::Cursor cursor_;
  FramePrefetcher prefetcher_;
  const std::uint32_t frame_count_;
  std::uint32_t next_frame_ = 0;
  FramePtr frame_;  // being read by the caller
};

}  // namespace zvfs
