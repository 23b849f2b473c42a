// Frames that hold their content as it is: a header, blocks with a header each, a trailer.
// kStored is of zstd's raw blocks, kLz4Stored of LZ4's uncompressed blocks.
#pragma once

#include <cstddef>
#include <cstdint>

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

/// Decodes a frame that write_stored_frame() makes into `out`, whose size and content are checked
/// against the frame and `checksum`. Of an LZ4 frame the frame's own checksum is not.
/// Errors: Corrupt.
Result<void> decode_stored_frame(FrameKind kind, ByteSpan coded, std::uint32_t checksum,
                                 MutableByteSpan out);

}  // namespace zvfs
