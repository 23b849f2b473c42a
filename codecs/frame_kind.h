#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace zvfs {

/// How a frame's bytes are coded. The values are those of docs/format.md, "Frame kinds".
enum class FrameKind : std::uint8_t {
  kZstd = 0,    ///< Any single zstd frame with content size and checksum.
  kStored = 1,  ///< A zstd frame of raw blocks: decoded by copying.
  kFill = 2,    ///< The canonical zstd frame of one repeated byte: decoded by memset.
};
inline constexpr std::uint8_t kFrameKindCount = 3;

constexpr std::string_view to_string(FrameKind kind) {
  switch (kind) {
    case FrameKind::kZstd:
      return "zstd";
    case FrameKind::kStored:
      return "stored";
    case FrameKind::kFill:
      return "fill";
  }
  return "unknown";
}

/// The largest decoded size that any frame of an image may have (docs/format.md, "Limits").
inline constexpr std::size_t kMaxFrameSize = std::size_t{16} << 20;

}  // namespace zvfs
