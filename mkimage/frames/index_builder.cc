#include "mkimage/frames/index_builder.h"

#include <utility>

namespace zvfs {
namespace {

template <typename Record>
Result<void> append_all(std::span<const Record> records, IndexWriter& writer) {
  for (const Record& record : records) ZVFS_TRY(writer.append(record));
  return {};
}

Result<void> append_frames(const FrameLists& lists, const ImageSummary& summary,
                           IndexWriter& writer) {
  ZVFS_TRY(append_all(lists.frames, writer));
  const FrameRecord end{.image_offset = summary.data_size,
                        .stream_offset = summary.stream_size,
                        .first_file = static_cast<std::uint32_t>(lists.frame_files.size())};
  return writer.append(end);
}

}  // namespace

Result<BuiltIndex> build_index(const Tree& tree, const FrameLists& lists,
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
  ZVFS_TRY(append_frames(lists, summary, writer));
  ZVFS_TRY(writer.begin(Table::kFrameFiles));
  ZVFS_TRY(writer.append(std::as_bytes(lists.frame_files)));
  ZVFS_TRY(writer.begin(Table::kXattrSets));
  ZVFS_TRY(append_all(tree.xattrs().sets(), writer));
  ZVFS_TRY(writer.begin(Table::kXattrData));
  ZVFS_TRY(writer.append(tree.xattrs().data()));
  if (!lists.digests.empty()) {
    ZVFS_TRY(writer.begin(Table::kFrameDigests));
    ZVFS_TRY(writer.append(std::as_bytes(lists.digests)));
  }
  ByteVector bytes = ZVFS_TRY(writer.finish(summary));
  return BuiltIndex{std::move(bytes), writer.root()};
}

}  // namespace zvfs
