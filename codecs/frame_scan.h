// Frames among bytes of which nothing is known: where one ends, and what its header promises.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "base/bytes.h"
#include "base/result.h"
#include "codecs/frame_kind.h"
#include "codecs/zstd_codec.h"

namespace zvfs {

inline constexpr std::size_t kMagicSize = 4;

enum class FrameFormat : std::uint8_t { kZstd, kLz4, kSkippable };

/// The format of the frame that begins with these bytes, by their first four, or nothing.
std::optional<FrameFormat> frame_format(ByteSpan bytes);

/// The offset of the first bytes that frame_format() takes for a frame's, or nothing.
std::optional<std::size_t> find_frame(ByteSpan bytes);

/// The most bytes that declared_content_size() looks at.
inline constexpr std::size_t kMaxFrameHeader = 18;

/// The content size in the header of a zstd or LZ4 frame, which may lie; nothing where it says
/// none, or is none.
std::optional<std::uint64_t> declared_content_size(ByteSpan frame);

/// The size of the whole zstd or LZ4 frame that `bytes` begin with, of which nothing but the
/// chain of its blocks is looked at. Errors: Corrupt (no whole frame).
Result<std::size_t> coded_frame_size(ByteSpan bytes);

/// What the row of a frame says, which an image may hold as it is.
struct KeepableFrame {
  FrameKind kind = FrameKind::kZstd;
  std::uint32_t checksum = 0;
};

/// Decodes the frame that `coded` must be into `out`, of its content size (1 to kMaxFrameSize),
/// and verifies its own checksum. Borrows a zstd decoder.
/// Errors: Corrupt; Unsupported (one without a checksum, or in an LZ4 form that images do not
/// have).
Result<KeepableFrame> decode_found_frame(ZstdDecompressor& zstd, ByteSpan coded,
                                         MutableByteSpan out);

}  // namespace zvfs
