#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "codecs/frame_kind.h"
#include "mkimage/report/size_statistics.h"
#include "tree/tree.h"
#include "trust/root_digest.h"

namespace zvfs {

/// Files that share the data of another.
struct CopyCounts {
  std::uint64_t files = 0;
  std::uint64_t size = 0;  ///< Of those files, in bytes.
};

/// What a build did.
struct BuildReport {
  std::uint64_t files = 0;  ///< Regular files, each once however many names it has.
  std::uint64_t directories = 0;
  std::uint64_t symlinks = 0;
  std::uint64_t others = 0;          ///< Devices, fifos and sockets.
  std::uint64_t hard_links = 0;      ///< Names beyond the first of a file.
  std::uint64_t content_size = 0;    ///< Of all regular files, holes included, in bytes.
  std::uint64_t allocated_size = 0;  ///< The same without holes.
  CopyCounts copies;                 ///< Files that share the data of another.
  std::uint64_t stream_size = 0;     ///< Of the tar stream.
  std::uint64_t image_size = 0;
  std::uint64_t index_size = 0;    ///< Of the index frame, which is part of the image.
  std::optional<RootDigest> root;  ///< If the image has digests.
  std::array<std::uint64_t, kFrameKindCount> frames{};  ///< By FrameKind.
  std::optional<SizeStatistics> sizes;                  ///< If they were asked for.
  std::chrono::duration<double> elapsed{};
  /// How long each stage of the build took, by name, in order.
  std::vector<std::pair<const char*, std::chrono::duration<double>>> stages;
  std::uint64_t changed = 0;     ///< Files that changed while they were read.
  std::uint64_t unreadable = 0;  ///< Files that could not be read, or only in part.

  /// Counts files by type, and their sizes.
  void count(const Tree& tree);
};

/// The report for display, in a few lines.
std::string to_text(const BuildReport& report);

}  // namespace zvfs
