#pragma once

#include <cstdint>

#include "codecs/frame_kind.h"

namespace zvfs {

/// A run of bytes of a file that may be damaged.
struct FileRange {
  std::uint64_t begin = 0;
  std::uint64_t end = 0;  ///< Behind the last one.
  [[nodiscard]] std::uint64_t size() const { return end - begin; }
};

/// A frame that was found in a file, and decodes. A plain value.
struct FoundFrame {
  FileRange coded;
  std::uint64_t decoded_size = 0;  ///< At least 1.
  bool follows_gap = false;        ///< What lies before it in the file is no frame.

  /// Whether an image may hold it as it is; only then the rest is known.
  bool is_keepable = false;
  FrameKind kind = FrameKind::kZstd;
  std::uint32_t checksum = 0;
};

}  // namespace zvfs
