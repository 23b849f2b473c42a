#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "base/result.h"
#include "format/image.h"

namespace zvfs {

/// How much of each data frame is files' data; the rest is tar headers and padding, which compress
/// to next to nothing. Takes four bytes for each frame. Immutable once made.
class FrameContents {
 public:
  /// Goes through the frame files and their inodes once; what cannot be read there is passed over.
  static FrameContents of(const Image& image);

  /// In bytes; data that several files share counts once. Precondition: the image has this frame.
  [[nodiscard]] std::uint32_t data_bytes(FrameNumber frame) const { return bytes_[frame.value]; }

 private:
  explicit FrameContents(std::uint32_t frames) : bytes_(frames) {}

  std::vector<std::uint32_t> bytes_;  // by frame
};

/// Calls `visit` with each frame that the data of `segment` lies in, and the bytes of it that are
/// the segment's. Errors: Corrupt, Io. Precondition: segment.is_data.
Result<void> visit_frames(
    const Image& image, IndexReader::Cursor& cursor, const FileSegment& segment,
    const std::function<void(const DataFrame& frame, StreamOffset begin, StreamOffset end)>& visit);

}  // namespace zvfs
