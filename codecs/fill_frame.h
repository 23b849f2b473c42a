// Frames of one repeated byte, a few bytes whatever their content's size: kFill of zstd's RLE
// blocks, kLz4Fill of LZ4 matches that overlap themselves (1/255 of the content).
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "base/bytes.h"
#include "base/result.h"
#include "codecs/frame_kind.h"

namespace zvfs {

/// Appends to `out` the canonical frame of `kind`, kFill or kLz4Fill, that holds `size` (1 to
/// kMaxFrameSize) times `value`. `own_checksum` is that of the frame's format: content_checksum()
/// of the content, or for LZ4 its xxh32().
///
/// All blocks of a kFill frame but the first are RLE blocks; the first is a compressed block of
/// RLE literals, because the streaming decoder of zstd 1.4.3 and older mishandles a leading RLE
/// block.
void append_fill_frame(FrameKind kind, std::byte value, std::size_t size,
                       std::uint32_t own_checksum, ByteVector& out);

/// The checksums of fills. Remembers the last one: for a run of equal fills it is computed once.
/// Not thread-safe.
class FillChecksum {
 public:
  /// content_checksum(fill); `fill` is one byte repeated, at least once.
  std::uint32_t content(ByteSpan fill);
  /// xxh32(fill).
  std::uint32_t lz4(ByteSpan fill);

 private:
  void remember(ByteSpan fill);

  std::byte value_{};
  std::size_t size_ = 0;  // 0 is none
  std::optional<std::uint32_t> content_;
  std::optional<std::uint32_t> lz4_;
};

/// Decodes fill frames, all but the first of a run of equal ones by memset alone.
/// Not thread-safe.
class FillDecoder {
 public:
  /// Decodes a frame that append_fill_frame() makes into `out`, whose size and content are
  /// checked against the frame and `checksum`. Of an LZ4 frame the frame's own checksum is not.
  /// Errors: Corrupt.
  Result<void> decode(FrameKind kind, ByteSpan coded, std::uint32_t checksum, MutableByteSpan out);

 private:
  FillChecksum checksum_;
  ByteVector expected_;
};

}  // namespace zvfs
