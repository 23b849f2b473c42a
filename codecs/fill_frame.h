// Frames of one repeated byte, which take a few bytes whatever the size of their content: kFill
// uses zstd's RLE blocks, kLz4Fill uses LZ4 matches that overlap themselves (1/255 of the content).
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "base/bytes.h"
#include "base/result.h"
#include "codecs/frame_kind.h"

namespace zvfs {

/// The least content of a kFill frame that is made. No block may be larger than the content (RFC
/// 8878, 3.1.1.2, Block_Maximum_Size), and the first one has 5 bytes. zstd 1.5.4 lets that pass,
/// 1.5.7 does not.
inline constexpr std::size_t kMinZstdFill = 5;

/// Appends to `out` the canonical frame of `kind`, kFill or kLz4Fill, that holds `size` (1 to
/// kMaxFrameSize) times `value`. `own_checksum` is the one inside the frame: content_checksum() of
/// the content, or for LZ4 its xxh32().
///
/// All blocks of a kFill frame but the first are RLE blocks. The first is a compressed block of RLE
/// literals, because the streaming decoder of zstd 1.4.3 and older mishandles a leading RLE block.
void append_fill_frame(FrameKind kind, std::byte value, std::size_t size,
                       std::uint32_t own_checksum, ByteVector& out);

/// The checksums of fills. Remembers the last one, so that a run of equal fills is hashed once. Not
/// thread-safe.
class FillChecksum {
 public:
  /// content_checksum(fill); `fill` is one byte repeated, at least once.
  std::uint32_t content(ByteSpan fill);
  /// xxh32(fill).
  std::uint32_t lz4(ByteSpan fill);

 private:
  void remember(ByteSpan fill);

  std::byte value_{};
  std::size_t size_ = 0;  // 0 means none
  std::optional<std::uint32_t> content_;
  std::optional<std::uint32_t> lz4_;
};

/// Decodes fill frames: all but the first in a run of equal ones by memset alone.
/// Not thread-safe.
class FillDecoder {
 public:
  /// Decodes a frame as append_fill_frame() makes it into `out`. Checks the size and the content of
  /// `out` against the frame and `checksum`, but not the checksum inside an LZ4 frame.
  /// Errors: Corrupt.
  Result<void> decode(FrameKind kind, ByteSpan coded, std::uint32_t checksum, MutableByteSpan out);

 private:
  FillChecksum checksum_;
  ByteVector expected_;
};

}  // namespace zvfs
