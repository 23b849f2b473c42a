#pragma once

#include <cstdint>

#include "codecs/frame_kind.h"

namespace zvfs {

/// A run of bytes of a file that may be damaged.
struct FileRange {
  std::uint64_t begin = 0;
  std::uint64_t end = 0;  ///< After the last byte.
  [[nodiscard]] std::uint64_t size() const { return end - begin; }
};

/// A frame that was found in a file and decodes. A plain value.
struct FoundFrame {
  FileRange coded;
  std::uint64_t decoded_size = 0;  ///< At least 1.
  bool follows_gap = false;        ///< The bytes before it in the file are not a frame.

  /// True if an image may hold it unchanged. Only then are the other fields known.
  bool is_keepable = false;
  FrameKind kind = FrameKind::kZstd;
  std::uint32_t checksum = 0;
};

}  // namespace zvfs
