#include "zvfs/file_footprint.h"

#include <algorithm>

namespace zvfs {
namespace {

// Where `offset`, which lies in `frame` or ends it, would lie in the image if all bytes of the
// frame compressed alike.
double image_position(const DataFrame& frame, StreamOffset offset) {
  const FrameLocation& location = frame.location;
  return static_cast<double>(location.offset.value) +
         static_cast<double>(location.coded_size) *
             static_cast<double>(offset.value - frame.begin.value) / location.decoded_size;
}

}  // namespace

Result<FileFootprint> FootprintReader::of(const Inode& inode) {
  FileFootprint footprint;
  for (std::uint64_t offset = 0; offset < inode.record.size;) {
    const FileSegment segment = ZVFS_TRY(image_.segment_at(inode, offset));
    if (segment.is_data) ZVFS_TRY(add(segment, footprint));
    offset = segment.end;
  }
  return footprint;
}

Result<void> FootprintReader::add(const FileSegment& segment, FileFootprint& footprint) {
  const FrameTable& frames = image_.raw().frame_table();
  const StreamOffset end{segment.stream.value + (segment.end - segment.begin)};
  const DataFrame first = ZVFS_TRY(frames.find(cursor_, segment.stream, segment.first_frame));
  const DataFrame last =
      end <= first.end() ? first : ZVFS_TRY(frames.find(cursor_, {end.value - 1}, first.number));
  footprint.coded_bytes += image_position(last, end) - image_position(first, segment.stream);
  if (!footprint.has_data) {
    footprint.has_data = true;
    footprint.begin = segment.stream;
    footprint.first_frame = first.number;
    footprint.last_frame = last.number;
  }
  footprint.first_frame = std::min(footprint.first_frame, first.number);
  footprint.last_frame = std::max(footprint.last_frame, last.number);
  return {};
}

}  // namespace zvfs
