#include "zvfs/inspect/file_footprint.h"

#include <algorithm>

namespace zvfs {

Result<FileFootprint> FootprintReader::of(const Inode& inode) {
  constexpr std::uint64_t kLarge = 1024;  // visits that are not repeated for a further name
  const auto known = large_.find(inode.number.value);
  if (known != large_.end()) return known->second;
  std::uint64_t visits = 0;
  const Result<FileFootprint> footprint = find(inode, visits);
  budget_.finish(inode.number);
  if (visits > kLarge) large_.emplace(inode.number.value, footprint);
  return footprint;
}

Result<FileFootprint> FootprintReader::find(const Inode& inode, std::uint64_t& visits) {
  FileFootprint footprint;
  FileSegment segment;
  for (std::uint64_t offset = 0; offset < inode.record.size;) {
    const std::uint64_t before = visits++;
    segment = ZVFS_TRY(image_.segment_at(inode, offset, segment.next_extent));
    const Result<void> added = segment.is_data ? add(segment, footprint, visits) : Result<void>();
    ZVFS_TRY(budget_.charge(inode.number, visits - before));
    ZVFS_TRY(added);
    offset = segment.end;
  }
  return footprint;
}

Result<void> FootprintReader::add(const FileSegment& segment, FileFootprint& footprint,
                                  std::uint64_t& visits) {
  return visit_frames(
      image_, cursor_, segment, [&](const DataFrame& frame, StreamOffset begin, StreamOffset end) {
        ++visits;
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
