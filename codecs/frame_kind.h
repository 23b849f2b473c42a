#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace zvfs {

/// How a frame's bytes are coded. The values are those of docs/format.md, "Frame kinds".
enum class FrameKind : std::uint8_t {
  kZstd = 0,       ///< Any single zstd frame with content size and checksum.
  kStored = 1,     ///< A zstd frame of raw blocks: decoded by copying.
  kFill = 2,       ///< The canonical zstd frame of one repeated byte: decoded by memset.
  kLz4 = 3,        ///< An LZ4 frame with content size and checksum, of independent blocks.
  kLz4Stored = 4,  ///< An LZ4 frame of uncompressed blocks.
  kLz4Fill = 5,    ///< The canonical LZ4 frame of one repeated byte.
};
inline constexpr std::uint8_t kFrameKindCount = 6;

/// True for the kinds that are LZ4 frames. All others are zstd frames.
constexpr bool is_lz4(FrameKind kind) { return kind >= FrameKind::kLz4; }

/// True for the kinds that hold their content uncompressed (codecs/stored_frame.h).
constexpr bool is_stored(FrameKind kind) {
  return kind == FrameKind::kStored || kind == FrameKind::kLz4Stored;
}

constexpr std::string_view to_string(FrameKind kind) {
  switch (kind) {
    case FrameKind::kZstd:
      return "zstd";
    case FrameKind::kStored:
      return "stored";
    case FrameKind::kFill:
      return "fill";
    case FrameKind::kLz4:
      return "lz4";
    case FrameKind::kLz4Stored:
      return "lz4 stored";
    case FrameKind::kLz4Fill:
      return "lz4 fill";
  }
  return "unknown";
}

/// The largest decoded size of any frame in an image (docs/format.md, "Limits").
inline constexpr std::size_t kMaxFrameSize = std::size_t{16} << 20;

}  // namespace zvfs
