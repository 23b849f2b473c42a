#include "format/image_tables.h"

#include <algorithm>
#include <array>

#include "codecs/simd.h"
#include "format/seek_table.h"

namespace zvfs {
namespace {

struct LocatedIndex {
  IndexHeader header;
  std::uint64_t image_start;  // in the source
};

// Finds the index from the end of the source: seek table footer, last entry, index header.
// Spec: docs/format.md, "Opening an image".
Result<LocatedIndex> locate_index(const ImageSource& source) {
  constexpr std::size_t kTailSize = SeekTableEntry::kSize + SeekTableFooter::kSize;
  const std::uint64_t size = source.size();
  if (size < kTailSize) return fail(ErrorCode::kInvalidArgument, "not a zvfs image");
  std::array<std::byte, kTailSize> tail;
  ZVFS_TRY(source.read(size - kTailSize, tail));
  const auto footer = SeekTableFooter::parse(ByteSpan(tail).last(SeekTableFooter::kSize));
  if (!footer) {
    return fail(ErrorCode::kInvalidArgument,
                "not a zvfs image, or truncated: no seek table at its end");
  }
  const std::uint32_t index_frame_size = ByteReader(tail).u32();
  const std::uint64_t table_size = footer->table_size();
  if (footer->frame_count < 2 || table_size > size || index_frame_size > size - table_size ||
      index_frame_size < kSkippableHeaderSize + IndexHeader::kSize) {
    return fail(ErrorCode::kInvalidArgument, "not a zvfs image: its last frame is not an index");
  }

  std::array<std::byte, kSkippableHeaderSize + IndexHeader::kSize> head;
  const std::uint64_t index_start = size - table_size - index_frame_size;
  ZVFS_TRY(source.read(index_start, head));
  ByteReader reader(head);
  if (reader.u32() != kIndexFrameMagic || reader.u32() != index_frame_size - kSkippableHeaderSize) {
    return fail(ErrorCode::kInvalidArgument, "not a zvfs image: its last frame is not an index");
  }
  IndexHeader header =
      ZVFS_TRY(IndexHeader::parse(reader.take(IndexHeader::kSize), index_frame_size, size));
  if (header.frame_count != footer->frame_count - 1) {
    return fail(ErrorCode::kCorrupt, "index header: {} frames, but the seek table has {}",
                header.frame_count, footer->frame_count - 1);
  }
  const std::uint64_t image_start = size - header.image_size;
  return LocatedIndex{std::move(header), image_start};
}

}  // namespace

ImageTables::ImageTables(std::unique_ptr<const ImageSource> source, IndexHeader header,
                         std::uint64_t start, const ImageOptions& options)
    : source_(std::move(source)),
      header_(std::move(header)),
      start_(start),
      cache_(options.cache_size_bytes, std::max(header_.frame_bound, header_.index_frame_size)),
      frames_(*source_, start_, cache_, *frame_memory_),
      index_(header_, frames_),
      frame_table_(header_, index_) {}

void ImageTables::release_memory() const {
  cache_.clear();
  frames_.release_memory();
  frame_memory_->release_idle();
}

Result<std::unique_ptr<ImageTables>> ImageTables::open(std::unique_ptr<const ImageSource> source,
                                                       const ImageOptions& options) {
  ZVFS_TRY(check_simd());
  LocatedIndex located = ZVFS_TRY(locate_index(*source));
  return std::unique_ptr<ImageTables>(
      new ImageTables(std::move(source), std::move(located.header), located.image_start, options));
}

}  // namespace zvfs
