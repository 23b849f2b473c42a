#pragma once

#include <array>
#include <cstdint>

#include "base/result.h"
#include "codecs/frame_kind.h"
#include "format/image.h"

namespace zvfs {

/// Some data frames, and their sizes in bytes.
struct FrameTotals {
  std::uint64_t frames = 0;
  std::uint64_t decoded_bytes = 0;
  std::uint64_t coded_bytes = 0;

  void add(const DataFrame& frame);
};

/// What an image is, added up. Sizes in bytes.
struct ImageInfo {
  /// Frames of up to 2^n decoded bytes are in by_size[n]; smaller ones before it.
  static constexpr std::size_t kSizeClasses = 25;
  static_assert(kMaxFrameSize == std::size_t{1} << (kSizeClasses - 1));

  IndexHeader header;
  std::uint64_t start = 0;  ///< Where the image begins in its file.
  std::uint64_t index_size = 0;
  std::uint64_t seek_table_size = 0;

  std::uint64_t files = 0;  ///< Regular ones. Each is counted once, however many names it has.
  std::uint64_t directories = 0;
  std::uint64_t symlinks = 0;
  std::uint64_t specials = 0;
  std::uint64_t hard_links = 0;      ///< Names beyond the first of each file.
  std::uint64_t allocated_size = 0;  ///< Of the regular files, holes left out.

  FrameTotals frames;
  std::array<FrameTotals, kFrameKindCount> by_kind{};
  std::array<FrameTotals, kSizeClasses> by_size{};

  /// "zstd", "lz4", or "zstd and lz4": what the frames are made with.
  [[nodiscard]] std::string_view codec() const;
};

/// Reads the inodes and the frames tables once, and holds neither. Errors: Corrupt, Io.
Result<ImageInfo> gather_info(const Image& image);

/// The data that takes `coded_bytes` is `ratio` times as large: 0 when it takes none.
double ratio_of(std::uint64_t decoded_bytes, std::uint64_t coded_bytes);

}  // namespace zvfs
