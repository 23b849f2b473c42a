#include "format/image_tables.h"

#include <algorithm>
#include <array>

#include "codecs/simd.h"
#include "format/image_end.h"
#include "format/seek_table.h"

namespace zvfs {
namespace {

using HeaderBytes = std::array<std::byte, IndexHeader::kSize>;

struct LocatedIndex {
  IndexHeader header;
  HeaderBytes header_bytes;
  std::uint64_t image_start;  // in the source
};

constexpr std::size_t kTailSize = SeekTableEntry::kSize + SeekTableFooter::kSize;
using Tail = std::array<std::byte, kTailSize>;

// The last entry of the seek table and its footer, from the end of the image.
struct LocatedTail {
  Tail bytes;
  SeekTableFooter footer;
  std::uint64_t end;  // in the source
};

Result<Tail> read_tail(const ImageSource& source, std::uint64_t end) {
  if (end < kTailSize) return fail(ErrorCode::kInvalidArgument, "not a zvfs image");
  Tail tail;
  ZVFS_TRY(source.read(end - kTailSize, tail));
  return tail;
}

// An image ends with the magic of its footer, so a zero at the end of the source is padding.
Result<LocatedTail> locate_tail(const ImageSource& source) {
  const std::uint64_t size = source.size();
  std::uint64_t end = size;
  Tail tail = ZVFS_TRY(read_tail(source, end));
  if (tail.back() == std::byte{0}) {
    end = ZVFS_TRY(find_image_end(source));
    tail = ZVFS_TRY(read_tail(source, end));
  }
  const auto footer = SeekTableFooter::parse(ByteSpan(tail).last(SeekTableFooter::kSize));
  if (footer) return LocatedTail{tail, *footer, end};
  const std::string where =
      end == size ? "at its end"
                  : fmt::format("at {}, before {} bytes of zero padding", end, size - end);
  return fail(ErrorCode::kInvalidArgument, "not a zvfs image, or truncated: no seek table {}",
              where);
}

// Finds the index from the end of the image: seek table footer, last entry, index header.
// Spec: docs/format.md, "Opening an image".
Result<LocatedIndex> locate_index(const ImageSource& source) {
  const LocatedTail tail = ZVFS_TRY(locate_tail(source));
  const std::uint64_t size = tail.end;
  const std::uint32_t index_frame_size = ByteReader(tail.bytes).u32();
  const std::uint64_t table_size = tail.footer.table_size();
  if (tail.footer.frame_count < 2 || table_size > size || index_frame_size > size - table_size ||
      index_frame_size < kSkippableHeaderSize + IndexHeader::kSize) {
    return fail(ErrorCode::kInvalidArgument, "not a zvfs image: its last frame is not an index");
  }

  std::array<std::byte, kSkippableHeaderSize + sizeof(HeaderBytes)> head;
  const std::uint64_t index_start = size - table_size - index_frame_size;
  ZVFS_TRY(source.read(index_start, head));
  ByteReader reader(head);
  if (reader.u32() != kIndexFrameMagic || reader.u32() != index_frame_size - kSkippableHeaderSize) {
    return fail(ErrorCode::kInvalidArgument, "not a zvfs image: its last frame is not an index");
  }
  HeaderBytes header_bytes;
  std::ranges::copy(reader.take(header_bytes.size()), header_bytes.begin());
  IndexHeader header = ZVFS_TRY(IndexHeader::parse(header_bytes, index_frame_size, size));
  if (header.frame_count != tail.footer.frame_count - 1) {
    return fail(ErrorCode::kCorrupt, "index header: {} frames, but the seek table has {}",
                header.frame_count, tail.footer.frame_count - 1);
  }
  const std::uint64_t image_start = size - header.image_size;
  return LocatedIndex{std::move(header), header_bytes, image_start};
}

Result<IndexDirectory> open_directory(const ImageSource& source, const LocatedIndex& located,
                                      const std::optional<RootDigest>& root) {
  if (!root) return IndexDirectory::open(source, located.image_start, located.header);
  return IndexDirectory::open_verified(source, located.image_start, located.header,
                                       located.header_bytes, *root);
}

}  // namespace

ImageTables::ImageTables(std::unique_ptr<const ImageSource> source, IndexHeader header,
                         std::uint64_t start, IndexDirectory directory, const ImageOptions& options)
    : source_(std::move(source)),
      header_(std::move(header)),
      start_(start),
      directory_(std::move(directory)),
      root_(options.root),
      cache_(options.cache_size_bytes, std::max(header_.frame_bound, header_.index_frame_size)),
      frames_(*source_, start_, cache_, *frame_memory_, root_ ? &digests_ : nullptr),
      index_(header_, directory_, frames_),
      digests_(header_, directory_, index_),
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
  IndexDirectory directory = ZVFS_TRY(open_directory(*source, located, options.root));
  return std::unique_ptr<ImageTables>(new ImageTables(std::move(source), std::move(located.header),
                                                      located.image_start, std::move(directory),
                                                      options));
}

}  // namespace zvfs
