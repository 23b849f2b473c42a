#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "codecs/frame_kind.h"
#include "format/records.h"
#include "tree/tree.h"

namespace zvfs {

/// What takes the space in an image. A plain value. A file's share of a frame is its share of the
/// frame's content; data that several files share counts for the first in path order.
struct SizeStatistics {
  struct Frames {
    std::uint64_t count = 0;
    std::uint64_t decoded_size = 0;
    std::uint64_t coded_size = 0;
  };
  struct Extension {
    std::string name;  ///< Without its dot, in lower case; "" for files without one.
    std::uint64_t files = 0;
    std::uint64_t size = 0;
    std::uint64_t coded_size = 0;
  };
  struct File {
    std::string path;
    std::uint64_t size = 0;
    std::uint64_t coded_size = 0;
  };
  static constexpr std::size_t kLargestCount = 20;

  std::array<Frames, kFrameKindCount> frames{};  ///< By FrameKind.
  std::vector<Extension> extensions;             ///< Those that take most space first.
  std::vector<File> largest;                     ///< At most kLargestCount, in the same order.

  /// The statistics of an image whose tree is complete. `frames` are its data frames; they end at
  /// the `image_offset` and `stream_offset` of `end`.
  static SizeStatistics gather(const Tree& tree, std::span<const FrameRecord> frames,
                               const FrameRecord& end);
};

}  // namespace zvfs
