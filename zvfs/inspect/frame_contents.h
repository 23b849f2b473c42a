#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "base/result.h"
#include "format/image.h"

namespace zvfs {

/// The amount of file data in each data frame. The rest is tar headers and padding, which compress
/// to next to nothing. Takes four bytes per frame. Immutable once made.
class FrameContents {
 public:
  /// Reads the frame files and their inodes once, and skips rows that cannot be read. Stops where a
  /// VisitBudget ends.
  static FrameContents of(const Image& image);

  /// In bytes; data that several files share counts once. Precondition: the image has this frame.
  [[nodiscard]] std::uint32_t data_bytes(FrameNumber frame) const { return bytes_[frame.value]; }

 private:
  explicit FrameContents(std::uint32_t frames) : bytes_(frames) {}

  std::vector<std::uint32_t> bytes_;  // by frame
};

/// Calls `visit` with each frame that holds data of `segment`, and the bounds of that data. Errors:
/// Corrupt, Io. Precondition: segment.is_data.
Result<void> visit_frames(
    const Image& image, IndexReader::Cursor& cursor, const FileSegment& segment,
    const std::function<void(const DataFrame& frame, StreamOffset begin, StreamOffset end)>& visit);

}  // namespace zvfs
