// Frames among unknown bytes: where one ends, and what its header promises.
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

/// The format of the frame that begins with these bytes, judged by their first four, or nothing.
std::optional<FrameFormat> frame_format(ByteSpan bytes);

/// The offset of the first bytes that frame_format() recognises, or nothing.
std::optional<std::size_t> find_frame(ByteSpan bytes);

/// The most bytes that declared_content_size() examines.
inline constexpr std::size_t kMaxFrameHeader = 18;

/// The content size in the header of a zstd or LZ4 frame, which may lie; nothing if the header has
/// none, or is not a valid one.
std::optional<std::uint64_t> declared_content_size(ByteSpan frame);

/// The size of the whole zstd or LZ4 frame at the start of `bytes`. Only the chain of its blocks is
/// examined. Errors: Corrupt (not a complete frame).
Result<std::size_t> coded_frame_size(ByteSpan bytes);

/// The index row of a frame that an image may hold unchanged.
struct KeepableFrame {
  FrameKind kind = FrameKind::kZstd;
  std::uint32_t checksum = 0;
};

/// Decodes `coded`, which must be one frame, into `out`, which has its content size (1 to
/// kMaxFrameSize), and verifies the frame's own checksum. Borrows a zstd decoder.
/// Errors: Corrupt; Unsupported (no checksum, or an LZ4 form that images do not have).
Result<KeepableFrame> decode_found_frame(ZstdDecompressor& zstd, ByteSpan coded,
                                         MutableByteSpan out);

}  // namespace zvfs
