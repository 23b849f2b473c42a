#include "zvfs/repair/old_index.h"

#include <algorithm>
#include <limits>
#include <map>
#include <utility>

#include "format/index_header.h"
#include "format/seek_table.h"

namespace zvfs {
namespace {

// An image that has only its index: zeros, the index frame, and as much of a seek table as a reader
// needs.
class IndexOnlySource final : public ImageSource {
 public:
  // Borrows `source`, which has the index at `index`; `header` is the header of that index.
  IndexOnlySource(const ImageSource& source, FileRange index, const IndexHeader& header)
      : source_(source),
        index_(index),
        data_size_(header.data_size),
        size_(header.image_size),
        tail_(make_tail(index, header.frame_count)) {}

  [[nodiscard]] std::uint64_t size() const override { return size_; }

  Result<void> read(std::uint64_t offset, MutableByteSpan out) const override {
    if (offset > size_ || out.size() > size_ - offset) {
      return fail(ErrorCode::kIo, "read beyond the image");
    }
    std::ranges::fill(out, std::byte{0});
    const std::uint64_t end = offset + out.size();
    const std::uint64_t tail_begin = size_ - tail_.size();
    if (end > tail_begin) {
      const std::uint64_t begin = std::max(offset, tail_begin);
      const ByteSpan part = ByteSpan(tail_).subspan(begin - tail_begin, end - begin);
      std::ranges::copy(part, out.subspan(begin - offset).begin());
    }
    const std::uint64_t begin = std::max(offset, data_size_);
    const std::uint64_t index_end = std::min(end, data_size_ + index_.size());
    if (begin >= index_end) return {};
    return source_.read(index_.begin + (begin - data_size_),
                        out.subspan(begin - offset, index_end - begin));
  }

 private:
  // The last entry of the seek table, and its footer.
  static ByteVector make_tail(FileRange index, std::uint32_t frame_count) {
    ByteVector tail;
    ByteWriter writer(tail);
    writer.u32(static_cast<std::uint32_t>(index.size()));
    writer.u32(0);
    writer.u32(kEmptyChecksum);
    writer.u32(frame_count + 1);
    writer.u8(SeekTableFooter::kDescriptor);
    writer.u32(SeekTableFooter::kMagic);
    return tail;
  }

  const ImageSource& source_;
  const FileRange index_;
  const std::uint64_t data_size_;
  const std::uint64_t size_;
  const ByteVector tail_;
};

// The properties of a frame that its bytes alone show.
struct FrameIdentity {
  std::uint64_t decoded_size;
  std::uint32_t checksum;
  auto operator<=>(const FrameIdentity&) const = default;
};

// Frames of the image by identity. Frames of the same identity are linked in ascending order. Grows
// with the frames that are added, since an index may claim any number of them. Ordered, since an
// index may have checksums that make a hash table slow.
class FramesByIdentity {
 public:
  static constexpr std::uint32_t kNone = std::numeric_limits<std::uint32_t>::max();

  explicit FramesByIdentity(std::uint32_t count) : count_(count) {}

  // Call with each number below the count, descending.
  void add(const FrameIdentity& frame, std::uint32_t number) {
    const auto [first, is_new] = first_.try_emplace(frame, number);
    next_.push_back(is_new ? kNone : std::exchange(first->second, number));
  }

  // The first such frame from `number` on, or kNone. Earlier frames are dropped.
  std::uint32_t take(const FrameIdentity& frame, std::uint32_t number) {
    const auto first = first_.find(frame);
    if (first == first_.end()) return kNone;
    while (first->second != kNone && first->second < number) {
      first->second = next_[count_ - 1 - first->second];
    }
    return first->second;
  }

 private:
  const std::uint32_t count_;
  std::map<FrameIdentity, std::uint32_t> first_;
  std::vector<std::uint32_t> next_;  // the last frame's first
};

}  // namespace

Result<std::unique_ptr<OldIndex>> OldIndex::open(const ImageSource& source, FileRange index) {
  constexpr std::uint64_t kAnyImageSize = std::numeric_limits<std::uint64_t>::max();
  ByteVector bytes(IndexHeader::kSize);
  ZVFS_TRY(source.read(index.begin + kSkippableHeaderSize, bytes));
  const IndexHeader header = ZVFS_TRY(IndexHeader::parse(bytes, index.size(), kAnyImageSize));
  auto only_index = std::make_unique<IndexOnlySource>(source, index, header);
  auto image = ZVFS_TRY(Image::open(std::move(only_index), {}));
  for (std::uint32_t number = 0; number < header.index_frame_count; ++number) {
    ZVFS_TRY(image->raw().index().frame(number));
  }
  return std::unique_ptr<OldIndex>(new OldIndex(source, index, std::move(image)));
}

OldIndex::OldIndex(const ImageSource& source, FileRange range, std::unique_ptr<const Image> image)
    : source_(source),
      range_(range),
      image_(std::move(image)),
      finder_(*image_),
      cursor_(image_->raw().index()) {}

Result<ByteVector> OldIndex::index_frame() const {
  const IndexHeader& header = image_->header();
  ByteVector bytes(range_.size());
  ZVFS_TRY(source_.read(range_.begin, bytes));
  std::vector<SeekTableEntry> entries;
  std::uint64_t tables_left = header.tables_size;
  std::uint64_t frames_end = 0;
  ByteReader directory(ByteSpan(bytes).subspan(kSkippableHeaderSize + IndexHeader::kSize));
  for (std::uint32_t number = 0; number < header.index_frame_count; ++number) {
    const IndexEntry entry = IndexEntry::parse(directory.take(IndexEntry::kSize));
    const auto decoded_size =
        static_cast<std::uint32_t>(std::min<std::uint64_t>(tables_left, header.index_frame_size));
    tables_left -= decoded_size;
    entries.push_back({entry.coded_size, decoded_size, entry.checksum});
    frames_end = entry.offset + entry.coded_size;
  }
  const ByteVector table = encode_seek_table(entries);
  // Other bytes may follow the table. If it does not fit, the index is not sound, as will be found.
  const MutableByteSpan room =
      MutableByteSpan(bytes).subspan(header.index_frames_offset().value - header.data_size);
  if (frames_end <= room.size() && table.size() <= room.size() - frames_end) {
    std::ranges::copy(table, room.subspan(frames_end).begin());
  }
  return bytes;
}

Result<std::vector<std::optional<StreamOffset>>> OldIndex::place(
    std::span<const FoundFrame> frames) const {
  const ImageTables& raw = image_->raw();
  IndexReader::Cursor cursor(raw.index());
  FramesByIdentity expected(raw.header().frame_count);
  for (std::uint32_t number = raw.header().frame_count; number-- > 0;) {
    const DataFrame frame = ZVFS_TRY(raw.frame_table().frame(cursor, {number}));
    expected.add({frame.location.decoded_size, frame.location.checksum}, number);
  }
  std::vector<std::optional<StreamOffset>> places;
  std::uint32_t next = 0;
  for (const FoundFrame& found : frames) {
    const std::uint32_t number = found.is_keepable
                                     ? expected.take({found.decoded_size, found.checksum}, next)
                                     : FramesByIdentity::kNone;
    if (number == FramesByIdentity::kNone) {
      places.emplace_back();
      continue;
    }
    places.emplace_back(ZVFS_TRY(raw.frame_table().frame(cursor, {number})).begin);
    next = number + 1;
  }
  return places;
}

Result<bool> OldIndex::has_exactly(std::span<const FoundFrame> frames) const {
  const ImageTables& raw = image_->raw();
  if (frames.size() != raw.header().frame_count) return false;
  IndexReader::Cursor cursor(raw.index());
  for (std::uint32_t number = 0; number < raw.header().frame_count; ++number) {
    const FrameLocation row = ZVFS_TRY(raw.frame_table().frame(cursor, {number})).location;
    const FoundFrame& found = frames[number];
    if (row.coded_size != found.coded.size() || row.decoded_size != found.decoded_size ||
        row.checksum != found.checksum || row.kind != found.kind) {
      return false;
    }
  }
  return true;
}

bool OldIndex::confirms(const TarEntry& member, StreamOffset data) {
  const auto found = finder_.find(member.path);
  if (!found) return false;
  const auto inode = image_->inode(found->inode);
  if (!inode) return false;
  if (member.type == TarMember::Type::kHardLink) return true;
  const InodeRecord& record = inode->record;
  if (record.metadata() != member.metadata) return false;
  if (member.type != TarMember::Type::kFile) return !inode->record.is_regular();
  return inode->record.is_regular() && record.size == member.size &&
         (member.data_size == 0 || may_have_data_at(*inode, data));
}

// For a file with an earlier copy, the archive has the file's own data, but the index points to the
// copy's.
bool OldIndex::may_have_data_at(const Inode& inode, StreamOffset data) {
  if (!inode.record.has_extent_list()) return inode.record.data <= data.value;
  if (inode.record.count == 0) return false;
  const auto extent = cursor_.row<ExtentRecord>(Table::kExtents, inode.record.data);
  return extent && extent->stream_offset <= data.value;
}

}  // namespace zvfs
