#pragma once

#include <cstdint>

#include "base/bytes.h"
#include "base/result.h"
#include "codecs/zstd_codec.h"
#include "codecs/zstd_stream.h"
#include "format/image_source.h"
#include "zvfs/repair/found_frame.h"

namespace zvfs {

/// Decodes frames that a FrameWalk found, one after another. Not thread-safe.
class FoundContent {
 public:
  /// Borrows the source. Throws std::bad_alloc.
  explicit FoundContent(const ImageSource& source) : source_(source) {}

  /// Begins the content of `frame`. Errors: Io.
  Result<void> open(const FoundFrame& frame);

  /// The next piece of it, valid until the next call; empty after the last one. A keepable frame
  /// comes in one piece, others in pieces that begin at a multiple of 1 MiB.
  /// Errors: Corrupt (the file changed), Io.
  Result<ByteSpan> next();

  /// The coded bytes of the open frame, if it is keepable.
  [[nodiscard]] ByteSpan coded() const { return coded_; }

 private:
  Result<ByteSpan> next_of_stream();

  const ImageSource& source_;
  FoundFrame frame_;
  std::uint64_t decoded_ = 0;  // bytes handed out
  std::uint64_t read_ = 0;     // offset in the file up to which coded bytes were read
  ZstdDecompressor zstd_;
  ZstdStream stream_;
  ByteVector coded_;
  std::size_t coded_used_ = 0;
  ByteVector content_;
};

}  // namespace zvfs
