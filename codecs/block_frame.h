// Zstandard frames that need no compressor: raw blocks (stored) and one repeated byte (fill).
// Spec: RFC 8878, sections 3.1.1 (frames) and 3.1.1.2 (blocks).
#pragma once

#include <cstdint>

#include "base/bytes.h"
#include "base/result.h"

namespace zvfs {

/// True when `content` is one byte value repeated. Precondition: not empty.
bool is_fill(ByteSpan content);

/// Appends to `out` the canonical frame of `size` (1 to kMaxFrameSize) times `value`, whose
/// content checksum is `checksum`. All blocks but the first are RLE blocks; the first is a
/// compressed block of RLE literals, because the streaming decoder of zstd 1.4.3 and older
/// mishandles a leading RLE block.
void append_fill_frame(std::byte value, std::size_t size, std::uint32_t checksum, ByteVector& out);

/// Appends to `out` the frame that holds `content` (1 to kMaxFrameSize bytes) in raw blocks.
void append_stored_frame(ByteSpan content, std::uint32_t checksum, ByteVector& out);

/// Decodes a frame that append_fill_frame() makes, verifying all of its bytes and the checksum.
/// Errors: Corrupt.
Result<void> decode_fill_frame(ByteSpan coded, std::uint32_t checksum, MutableByteSpan out);

/// Decodes a frame that append_stored_frame() makes, verifying all of its bytes and the checksum.
/// Errors: Corrupt.
Result<void> decode_stored_frame(ByteSpan coded, std::uint32_t checksum, MutableByteSpan out);

}  // namespace zvfs
