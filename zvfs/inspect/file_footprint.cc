#include "zvfs/inspect/file_footprint.h"

#include <algorithm>

namespace zvfs {

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
  return visit_frames(
      image_, cursor_, segment, [&](const DataFrame& frame, StreamOffset begin, StreamOffset end) {
        const std::uint64_t bytes = end.value - begin.value;
        // The index may be wrong about the frame's files. None of them takes more than the frame.
        const std::uint64_t all =
            std::max<std::uint64_t>(contents_.data_bytes(frame.number), bytes);
        footprint.coded_bytes += static_cast<double>(frame.location.coded_size) *
                                 static_cast<double>(bytes) / static_cast<double>(all);
        if (!footprint.has_data) {
          footprint.has_data = true;
          footprint.begin = begin;
          footprint.first_frame = frame.number;
          footprint.last_frame = frame.number;
        }
        footprint.first_frame = std::min(footprint.first_frame, frame.number);
        footprint.last_frame = std::max(footprint.last_frame, frame.number);
      });
}

}  // namespace zvfs
