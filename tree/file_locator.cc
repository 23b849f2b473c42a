#include "tree/file_locator.h"

#include <algorithm>

namespace zvfs {
namespace {

// The frame that holds `stream_offset`, which is at or after that of frame `from`.
std::uint32_t frame_of(std::uint64_t stream_offset, std::span<const FrameRecord> frames,
                       std::uint32_t from) {
  const auto next = [&](std::uint32_t frame) {
    return frame + 1 == frames.size() || stream_offset < frames[frame + 1].stream_offset;
  };
  if (next(from)) return from;  // as with most small files
  const auto after = std::ranges::upper_bound(frames.subspan(from), stream_offset, {},
                                              &FrameRecord::stream_offset);
  return from + static_cast<std::uint32_t>(after - frames.subspan(from).begin()) - 1;
}

}  // namespace

void locate_files(Tree& tree, std::span<const std::uint32_t> files, std::span<FrameRecord> frames) {
  std::uint32_t frame = 0;       // in which the file begins
  std::uint32_t next_frame = 0;  // whose first file is still unknown
  for (std::size_t i = 0; i < files.size(); ++i) {
    InodeRecord& inode = tree.inode(InodeNumber{files[i]});
    if (inode.has_extent_list()) {
      std::uint32_t at = frame;
      for (ExtentRecord& extent : tree.extents_of(inode)) {
        extent.frame = at = frame_of(extent.stream_offset, frames, at);
      }
      frame = tree.extents_of(inode).front().frame;
    } else {
      inode.count = frame = frame_of(inode.data, frames, frame);
    }
    for (; next_frame <= frame; ++next_frame) {
      frames[next_frame].first_file = static_cast<std::uint32_t>(i);
    }
  }
  for (; next_frame < frames.size(); ++next_frame) {
    frames[next_frame].first_file = static_cast<std::uint32_t>(files.size());
  }
}

}  // namespace zvfs
