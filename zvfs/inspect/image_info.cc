#include "zvfs/inspect/image_info.h"

#include <algorithm>
#include <bit>

#include "format/digests/root_hash.h"
#include "format/seek_table.h"

namespace zvfs {
namespace {

void count_inode(const InodeRecord& record, ImageInfo& info) {
  switch (record.type()) {
    case FileType::kDirectory:
      ++info.directories;
      return;
    case FileType::kRegular:
      ++info.files;
      info.allocated_size += record.allocated;
      return;
    case FileType::kSymlink:
      ++info.symlinks;
      return;
    default:
      ++info.specials;
  }
}

Result<void> count_inodes(const Image& image, ImageInfo& info) {
  IndexReader::Cursor cursor(image.raw().index());
  for (std::uint64_t row = 0; row < inode_count(info.header); ++row) {
    count_inode(ZVFS_TRY(cursor.row<InodeRecord>(Table::kInodes, row)), info);
  }
  const std::uint64_t names = info.header.table(Table::kDentries).rows + 1;  // and the root
  info.hard_links = names - std::min<std::uint64_t>(names, inode_count(info.header));
  return {};
}

Result<void> count_frames(const Image& image, ImageInfo& info) {
  IndexReader::Cursor cursor(image.raw().index());
  for (std::uint32_t number = 0; number < info.header.frame_count; ++number) {
    const DataFrame frame = ZVFS_TRY(image.raw().frame_table().frame(cursor, {number}));
    info.frames.add(frame);
    info.by_kind[static_cast<std::size_t>(frame.location.kind)].add(frame);
    const auto size_class = std::bit_width(frame.location.decoded_size - 1);
    info.by_size[static_cast<std::size_t>(size_class)].add(frame);
  }
  return {};
}

}  // namespace

void FrameTotals::add(const DataFrame& frame) {
  ++frames;
  decoded_bytes += frame.location.decoded_size;
  coded_bytes += frame.location.coded_size;
}

std::string_view ImageInfo::codec() const {
  std::uint64_t lz4_frames = 0;
  for (std::uint8_t kind = 0; kind < kFrameKindCount; ++kind) {
    if (is_lz4(FrameKind{kind})) lz4_frames += by_kind[kind].frames;
  }
  if (lz4_frames == 0) return "zstd";
  return lz4_frames == frames.frames ? "lz4" : "zstd and lz4";
}

Result<ImageInfo> gather_info(const Image& image) {
  ImageInfo info;
  info.header = image.header();
  info.start = image.raw().start();
  info.seek_table_size = SeekTableFooter{info.header.frame_count + 1}.table_size();
  info.index_size = info.header.image_size - info.header.data_size - info.seek_table_size;
  if (info.header.has_digests()) info.root = ZVFS_TRY(root_digest(image.raw()));
  ZVFS_TRY(count_inodes(image, info));
  ZVFS_TRY(count_frames(image, info));
  return info;
}

double ratio_of(std::uint64_t decoded_bytes, std::uint64_t coded_bytes) {
  if (coded_bytes == 0) return 0;
  return static_cast<double>(decoded_bytes) / static_cast<double>(coded_bytes);
}

}  // namespace zvfs
