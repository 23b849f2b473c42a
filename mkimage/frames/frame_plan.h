#pragma once

#include <cstdint>
#include <limits>
#include <vector>

#include "format/offsets.h"
#include "tree/tree.h"

namespace zvfs {

/// A run of a member's bytes that lies in one frame: some of its headers, then some of its data,
/// then the zeros that fill the last tar block. Each may be empty.
struct FramePiece {
  Link link;
  std::uint64_t header_offset = 0;  ///< In the member's headers (see append_tar_header()).
  std::uint64_t data_offset = 0;    ///< In its stored data, which has no holes.
  std::uint32_t header_length = 0;
  std::uint32_t data_length = 0;
  std::uint32_t padding = 0;

  /// For a copy: where in the frame its original's data lies, which it should equal.
  static constexpr std::uint32_t kNoOriginal = std::numeric_limits<std::uint32_t>::max();
  std::uint32_t original_data = kNoOriginal;

  [[nodiscard]] std::uint32_t size() const { return header_length + data_length + padding; }
};

/// What one data frame holds: pieces of members, or the end-of-archive mark and no pieces.
struct FramePlan {
  FrameNumber number;
  StreamOffset begin;
  std::uint32_t size = 0;        ///< Of the decoded frame, in bytes.
  std::uint32_t first_file = 0;  ///< The number of files whose data begins before this frame.
  std::vector<FramePiece> pieces;
};

}  // namespace zvfs
