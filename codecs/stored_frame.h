// Frames that hold their content as it is: a header, blocks with a header each, a trailer.
// kStored is of zstd's raw blocks, kLz4Stored of LZ4's uncompressed blocks.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "codecs/frame_kind.h"

namespace zvfs {

/// The size of a frame of `kind`, kStored or kLz4Stored, that holds `content_size` bytes.
std::size_t stored_frame_size(FrameKind kind, std::size_t content_size);

/// Writes the frame of `kind` that holds `content` (1 to kMaxFrameSize bytes) to `out`, of
/// stored_frame_size() bytes. `checksum` is content_checksum() of the content.
void write_stored_frame(FrameKind kind, ByteSpan content, std::uint32_t checksum,
                        MutableByteSpan out);

/// A stored frame in the making: where its bytes belong, so that a reader can bring the content to
/// its place in one copy. Fill parts() with the bytes of the frame, then verify().
class StoredFrame {
 public:
  /// Of `kind`, kStored or kLz4Stored, whose content belongs in `content` (1 to kMaxFrameSize
  /// bytes), which it borrows.
  StoredFrame(FrameKind kind, MutableByteSpan content);
  StoredFrame(const StoredFrame&) = delete;
  StoredFrame& operator=(const StoredFrame&) = delete;

  /// Pieces of `content` and of memory of its own, which the bytes of the frame fill in turn:
  /// stored_frame_size() bytes.
  [[nodiscard]] std::span<const MutableByteSpan> parts() const { return parts_; }

  /// Whether the parts now hold a frame that write_stored_frame() makes, and the content matches
  /// `checksum`. Of an LZ4 frame the frame's own checksum is not looked at. Errors: Corrupt.
  [[nodiscard]] Result<void> verify(std::uint32_t checksum) const;

 private:
  FrameKind kind_;
  ByteSpan content_;
  ByteVector framing_;  // what lies around the content, back to back
  std::vector<MutableByteSpan> parts_;
};

/// Decodes a stored frame in memory into `out`: StoredFrame by copying. Errors: Corrupt.
Result<void> decode_stored_frame(FrameKind kind, ByteSpan coded, std::uint32_t checksum,
                                 MutableByteSpan out);

}  // namespace zvfs
