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

/// What takes the space of an image. A plain value. Of a frame, a file takes the share that it has
/// of the content; data that several files share counts for the first in path order.
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
  std::vector<Extension> extensions;             ///< Those that take most first.
  std::vector<File> largest;                     ///< At most kLargestCount, in the same order.

  /// Of an image whose tree is complete. `frames` are its data frames, which end at `end`: its
  /// `image_offset` and `stream_offset` count.
  static SizeStatistics gather(const Tree& tree, std::span<const FrameRecord> frames,
                               const FrameRecord& end);
};

}  // namespace zvfs
