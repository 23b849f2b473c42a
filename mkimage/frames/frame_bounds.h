#pragma once

#include <algorithm>
#include <cstdint>

namespace zvfs {

inline constexpr std::uint32_t kMinFrameBound = 4096;

/// The bounds of frames, in decoded bytes: multiples of kGranularity from kMinFrameBound to
/// kMaxFrameSize.
struct FrameBounds {
  static constexpr std::uint32_t kGranularity = 4096;

  /// Files of more than this many bytes are huge. The cache of mount.zvfs holds smaller ones whole
  /// at its default size, so no frame of theirs is decoded twice; a random read of a huge file
  /// costs a decode.
  static constexpr std::uint64_t kHugeFile = 64 << 20;

  /// Files of up to this size are small: many share a frame, and none straddles two.
  std::uint32_t small = 256 * 1024;
  /// Files above it, up to kHugeFile, are cut into frames of this size.
  std::uint32_t large = 256 * 1024;
  /// Files above kHugeFile are cut into frames of this size.
  std::uint32_t huge = 136 * 1024;

  /// The size of the frames into which a file of `file_size` bytes is cut, if it is not small.
  [[nodiscard]] std::uint32_t cut(std::uint64_t file_size) const {
    return file_size > kHugeFile ? huge : large;
  }
  [[nodiscard]] std::uint32_t max() const { return std::max({small, large, huge}); }
};

}  // namespace zvfs
