// Frames that hold their content uncompressed: a header, blocks with a header each, a trailer.
// kStored consists of zstd's raw blocks, kLz4Stored of LZ4's uncompressed blocks.
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

/// Writes the frame of `kind` that holds `content` (1 to kMaxFrameSize bytes) to `out`, which has
/// stored_frame_size() bytes. `checksum` is content_checksum() of the content.
void write_stored_frame(FrameKind kind, ByteSpan content, std::uint32_t checksum,
                        MutableByteSpan out);

/// A stored frame about to be read: it tells where its bytes belong, so that a reader brings the
/// content to its place in one copy. Fill parts() with the bytes of the frame, then verify().
class StoredFrame {
 public:
  /// `kind` is kStored or kLz4Stored. The content goes to `content` (1 to kMaxFrameSize bytes),
  /// which is borrowed.
  StoredFrame(FrameKind kind, MutableByteSpan content);
  StoredFrame(const StoredFrame&) = delete;
  StoredFrame& operator=(const StoredFrame&) = delete;

  /// Pieces of `content` and of internal memory. The bytes of the frame, stored_frame_size() of
  /// them, fill them in order.
  [[nodiscard]] std::span<const MutableByteSpan> parts() const { return parts_; }

  /// Checks that the parts now hold a frame as write_stored_frame() makes it, and that the content
  /// matches `checksum`. Does not check the checksum inside an LZ4 frame. Errors: Corrupt.
  [[nodiscard]] Result<void> verify(std::uint32_t checksum) const;

 private:
  FrameKind kind_;
  ByteSpan content_;
  ByteVector framing_;  // what surrounds the content, back to back
  std::vector<MutableByteSpan> parts_;
};

/// Decodes a stored frame in memory into `out`, by copying. Errors: Corrupt.
Result<void> decode_stored_frame(FrameKind kind, ByteSpan coded, std::uint32_t checksum,
                                 MutableByteSpan out);

}  // namespace zvfs
