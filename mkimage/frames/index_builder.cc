#include "mkimage/frames/index_builder.h"

namespace zvfs {
namespace {

template <typename Record>
Result<void> append_all(std::span<const Record> records, IndexWriter& writer) {
  for (const Record& record : records) ZVFS_TRY(writer.append(record));
  return {};
}

Result<void> append_frames(std::span<const FrameRecord> frames, std::size_t file_count,
                           const ImageSummary& summary, IndexWriter& writer) {
  ZVFS_TRY(append_all(frames, writer));
  const FrameRecord end{.image_offset = summary.data_size,
                        .stream_offset = summary.stream_size,
                        .first_file = static_cast<std::uint32_t>(file_count)};
  return writer.append(end);
}

}  // namespace

Result<ByteVector> build_index(const Tree& tree, std::span<const FrameRecord> frames,
                               std::span<const std::uint32_t> frame_files,
                               const ImageSummary& summary, int level) {
  IndexWriter writer(level);
  ZVFS_TRY(writer.begin(Table::kInodes));
  ZVFS_TRY(append_all(tree.inodes(), writer));
  ZVFS_TRY(writer.begin(Table::kDentries));
  ZVFS_TRY(append_all(tree.dentries(), writer));
  ZVFS_TRY(writer.begin(Table::kStrings));
  ZVFS_TRY(writer.append(as_bytes(tree.strings())));
  ZVFS_TRY(writer.begin(Table::kExtents));
  ZVFS_TRY(append_all(tree.extents(), writer));
  ZVFS_TRY(writer.begin(Table::kFrames));
  ZVFS_TRY(append_frames(frames, frame_files.size(), summary, writer));
  ZVFS_TRY(writer.begin(Table::kFrameFiles));
  ZVFS_TRY(writer.append(std::as_bytes(frame_files)));
  ZVFS_TRY(writer.begin(Table::kXattrSets));
  ZVFS_TRY(append_all(tree.xattrs().sets(), writer));
  ZVFS_TRY(writer.begin(Table::kXattrData));
  ZVFS_TRY(writer.append(tree.xattrs().data()));
  return writer.finish(summary);
}

}  // namespace zvfs
