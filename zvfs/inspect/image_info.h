#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "base/result.h"
#include "codecs/frame_kind.h"
#include "format/image.h"
#include "trust/root_digest.h"

namespace zvfs {

/// Totals over some data frames.
struct FrameTotals {
  std::uint64_t frames = 0;
  std::uint64_t decoded_bytes = 0;
  std::uint64_t coded_bytes = 0;

  void add(const DataFrame& frame);
};

/// Totals over an image. Sizes in bytes.
struct ImageInfo {
  /// by_size[n] has the frames of up to 2^n decoded bytes that by_size[n - 1] does not have.
  static constexpr std::size_t kSizeClasses = 25;
  static_assert(kMaxFrameSize == std::size_t{1} << (kSizeClasses - 1));

  IndexHeader header;
  std::uint64_t start = 0;  ///< Where the image begins in its file.
  std::uint64_t index_size = 0;
  std::uint64_t seek_table_size = 0;
  std::optional<RootDigest> root = std::nullopt;  ///< If the image has digests.

  std::uint64_t files = 0;  ///< Regular files. Each counts once, regardless of its number of names.
  std::uint64_t directories = 0;
  std::uint64_t symlinks = 0;
  std::uint64_t specials = 0;
  std::uint64_t hard_links = 0;      ///< Names beyond the first of each file.
  std::uint64_t allocated_size = 0;  ///< Of the regular files, without holes.

  FrameTotals frames;
  std::array<FrameTotals, kFrameKindCount> by_kind{};
  std::array<FrameTotals, kSizeClasses> by_size{};

  /// The codecs of the frames: "zstd", "lz4", or "zstd and lz4".
  [[nodiscard]] std::string_view codec() const;
};

/// Reads the inodes and frames tables once, without keeping them in memory. Errors: Corrupt, Io.
Result<ImageInfo> gather_info(const Image& image);

/// decoded_bytes / coded_bytes, or 0 if there are no coded bytes.
double ratio_of(std::uint64_t decoded_bytes, std::uint64_t coded_bytes);

}  // namespace zvfs
