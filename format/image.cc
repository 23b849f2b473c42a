#include "format/image.h"

#include <algorithm>
#include <array>
#include <utility>

#include "format/stream_run.h"
#include "format/xattr_scan.h"

namespace zvfs {
namespace {

constexpr std::array<std::byte, 128 * 1024> kZeros{};

// Larger frames are not pinned by slices. The usual frames are smaller, and cost no copy.
constexpr std::size_t kLargestPinned = std::size_t{512} << 10;

// The bytes of a frame as a slice that keeps no much larger memory: of a large frame, a copy.
FileSlice slice_of(FrameMemory& memory, ByteSpan bytes, FramePtr frame) {
  if (frame->bytes().size() <= kLargestPinned) return {bytes, std::move(frame)};
  const auto copy = std::make_shared<Frame>(memory, bytes.size());
  std::ranges::copy(bytes, copy->mutable_bytes().begin());
  return {copy->bytes(), copy};
}

}  // namespace

struct Image::State {
  explicit State(std::unique_ptr<const ImageTables> opened)
      : raw(std::move(opened)),
        header(raw->header()),
        frames(raw->frames()),
        index(raw->index()),
        frame_table(raw->frame_table()) {}

  Result<Dentry> dentry(IndexReader::Cursor& rows, IndexReader::Cursor& names,
                        std::uint64_t row) const;
  Result<void> check_data(const InodeRecord& record) const;
  Result<void> check_inode(const InodeRecord& record) const;
  Result<void> check_type(const InodeRecord& record) const;
  // The data frame that an operation read last: it is not decoded again for the next extent, even
  // if it does not stay in the cache.
  struct LastFrame {
    FrameNumber number;
    FramePtr frame;
  };
  Result<void> append_stream(StreamRun& run, LastFrame& last, const FileSegment& segment,
                             FrameClass frame_class, std::vector<FileSlice>& out);
  [[nodiscard]] FrameClass frame_class(const InodeRecord& file) const {
    return file.allocated > header.frame_bound ? FrameClass::kStream : FrameClass::kPacked;
  }
  Result<ExtentRecord> extent(IndexReader::Cursor& cursor, const InodeRecord& record,
                              std::uint64_t number) const;
  Result<std::uint64_t> first_extent_ending_after(IndexReader::Cursor& cursor,
                                                  const InodeRecord& record,
                                                  std::uint64_t offset) const;
  [[nodiscard]] Result<std::optional<XattrSetRecord>> xattr_row(const InodeRecord& record) const;
  Result<FileSegment> segment_at(IndexReader::Cursor& cursor, const InodeRecord& record,
                                 std::uint64_t offset, std::uint32_t hint) const;
  Result<bool> is_first_ending_after(IndexReader::Cursor& cursor, const InodeRecord& record,
                                     std::uint64_t offset, std::uint32_t number) const;
  Result<DataFrame> data_frame(IndexReader::Cursor& cursor, FrameNumber number) const;
  Result<FramePtr> packed_frame(const DataFrame& found);

  const std::unique_ptr<const ImageTables> raw;
  const IndexHeader& header;
  FrameReader& frames;
  const IndexReader& index;
  const FrameTable& frame_table;
};

Image::Image(std::unique_ptr<State> state) : state_(std::move(state)) {}
Image::~Image() = default;

Result<std::unique_ptr<Image>> Image::open(std::unique_ptr<const ImageSource> source,
                                           const ImageOptions& options) {
  return open(ZVFS_TRY(ImageTables::open(std::move(source), options)));
}

Result<std::unique_ptr<Image>> Image::open(std::unique_ptr<const ImageTables> raw) {
  std::unique_ptr<Image> image(new Image(std::make_unique<State>(std::move(raw))));
  const Inode root = ZVFS_TRY(image->inode(kRootInode));
  if (!root.record.is_directory()) {
    return fail(ErrorCode::kCorrupt, "inode 1: the root is not a directory");
  }
  return image;
}

const ImageTables& Image::raw() const { return *state_->raw; }
const IndexHeader& Image::header() const { return state_->header; }

FrameCacheStats Image::cache_stats() const { return state_->raw->cache().stats(); }
FrameReaderStats Image::reader_stats() const { return state_->frames.stats(); }

// --- Inodes

Result<void> Image::State::check_data(const InodeRecord& record) const {
  if (record.size > kMaxFileSize) {
    return fail(ErrorCode::kCorrupt, "size {} exceeds the limit", record.size);
  }
  if (record.has_extent_list()) {
    const std::uint64_t rows = index.rows(Table::kExtents);
    if (record.data > rows || record.count > rows - record.data) {
      return fail(ErrorCode::kCorrupt, "{} extents at {} exceed the {} of the image", record.count,
                  record.data, rows);
    }
    return {};
  }
  if (record.size == 0) return {};
  if (record.data > header.stream_size || record.size > header.stream_size - record.data ||
      record.count >= header.frame_count) {
    return fail(ErrorCode::kCorrupt, "data of {} bytes at stream offset {} in frame {} exceed {}",
                record.size, record.data, record.count, header.stream_size);
  }
  return {};
}

Result<void> Image::State::check_inode(const InodeRecord& record) const {
  ZVFS_TRY(check_type(record));
  if ((record.flags & ~InodeRecord::kKnownFlags) != 0) {
    return fail(ErrorCode::kCorrupt, "unknown flags {:#x}", record.flags);
  }
  if (record.mtime_nanoseconds >= 1'000'000'000) {
    return fail(ErrorCode::kCorrupt, "{} nanoseconds exceed 999999999", record.mtime_nanoseconds);
  }
  return {};
}

Result<void> Image::State::check_type(const InodeRecord& record) const {
  switch (record.type()) {
    case FileType::kRegular:
      return check_data(record);
    case FileType::kDirectory: {
      const std::uint64_t rows = index.rows(Table::kDentries);
      if (record.data > rows || record.count > rows - record.data) {
        return fail(ErrorCode::kCorrupt, "{} dentries at {} exceed the {} of the image",
                    record.count, record.data, rows);
      }
      if (record.parent == 0 || record.parent > index.rows(Table::kInodes)) {
        return fail(ErrorCode::kCorrupt, "parent {} does not exist", record.parent);
      }
      return {};
    }
    case FileType::kSymlink:
      if (record.size == 0 || record.size > kMaxSymlinkLength) {
        return fail(ErrorCode::kCorrupt, "symlink target of {} bytes", record.size);
      }
      return {};
    case FileType::kFifo:
    case FileType::kCharacterDevice:
    case FileType::kBlockDevice:
    case FileType::kSocket:
      return {};
    default:
      return fail(ErrorCode::kCorrupt, "unknown file type in mode {:o}", record.mode);
  }
}

Result<Inode> Image::inode(InodeNumber number) const {
  if (number.value == 0 || number.value > state_->index.rows(Table::kInodes)) {
    return fail(ErrorCode::kNotFound, "no inode {}", number.value);
  }
  IndexReader::Cursor cursor(state_->index);
  const auto record = ZVFS_TRY(cursor.row<InodeRecord>(Table::kInodes, number.value - 1));
  ZVFS_TRY_IN(fmt::format("inode {}", number.value), state_->check_inode(record));
  return Inode{number, record};
}

// --- Directories

Result<Dentry> Image::State::dentry(IndexReader::Cursor& rows, IndexReader::Cursor& names,
                                    std::uint64_t row) const {
  const auto record = ZVFS_TRY(rows.row<DentryRecord>(Table::kDentries, row));
  if (record.name_length == 0 || record.name_length > kMaxNameLength) {
    return fail(ErrorCode::kCorrupt, "dentry {}: name of {} bytes", row, record.name_length);
  }
  const std::string_view name =
      as_text(ZVFS_TRY(names.bytes(Table::kStrings, record.name_offset, record.name_length)));
  if (!is_valid_name(name)) return fail(ErrorCode::kCorrupt, "dentry {}: invalid name", row);
  if (record.inode == 0 || record.inode > index.rows(Table::kInodes)) {
    return fail(ErrorCode::kCorrupt, "dentry {}: inode {} does not exist", row, record.inode);
  }
  return Dentry{name, InodeNumber{record.inode}, record.type};
}

Result<InodeNumber> Image::lookup(const Inode& directory, std::string_view name) const {
  IndexReader::Cursor rows(state_->index);
  IndexReader::Cursor names(state_->index);
  std::uint64_t low = directory.record.data;
  std::uint64_t high = low + directory.record.count;
  while (low < high) {
    const std::uint64_t middle = low + (high - low) / 2;
    const Dentry dentry = ZVFS_TRY(state_->dentry(rows, names, middle));
    const int order = name.compare(dentry.name);
    if (order == 0) return dentry.inode;
    if (order < 0) {
      high = middle;
    } else {
      low = middle + 1;
    }
  }
  return fail(ErrorCode::kNotFound, "not in the image");
}

Result<void> Image::list(const Inode& directory, std::uint32_t first,
                         const std::function<bool(const Dentry&)>& visit) const {
  IndexReader::Cursor rows(state_->index);
  IndexReader::Cursor names(state_->index);
  for (std::uint64_t i = first; i < directory.record.count; ++i) {
    if (!visit(ZVFS_TRY(state_->dentry(rows, names, directory.record.data + i)))) break;
  }
  return {};
}

// --- File contents

// Appends the bytes of a segment of data, which `run` must have come to. Bytes that follow those of
// the last slice lengthen it.
Result<void> Image::State::append_stream(StreamRun& run, LastFrame& last,
                                         const FileSegment& segment, FrameClass frame_class,
                                         std::vector<FileSlice>& out) {
  StreamOffset offset = segment.stream;
  for (std::uint64_t length = segment.end - segment.begin; length > 0;) {
    const DataFrame found = ZVFS_TRY(run.frame_at(offset, segment.first_frame));
    if (last.frame == nullptr || last.number != found.number) {
      last.frame = ZVFS_TRY(
          frames.read({FrameKey::Space::kData, found.number.value}, frame_class, found.location));
      last.number = found.number;
    }
    const ByteSpan rest = last.frame->bytes().subspan(offset.value - found.begin.value);
    const ByteSpan bytes = rest.first(std::min<std::uint64_t>(length, rest.size()));
    FileSlice* const before = out.empty() ? nullptr : &out.back();
    if (before != nullptr && before->frame == last.frame &&
        before->bytes.data() + before->bytes.size() == bytes.data()) {
      before->bytes = ByteSpan(before->bytes.data(), before->bytes.size() + bytes.size());
    } else {
      out.push_back(slice_of(raw->frame_memory(), bytes, last.frame));
    }
    run.take(bytes.size());
    offset.value += bytes.size();
    length -= bytes.size();
  }
  return {};
}

Result<ExtentRecord> Image::State::extent(IndexReader::Cursor& cursor, const InodeRecord& record,
                                          std::uint64_t number) const {
  const auto extent = ZVFS_TRY(cursor.row<ExtentRecord>(Table::kExtents, record.data + number));
  if (extent.length == 0 || extent.file_offset > record.size ||
      extent.length > record.size - extent.file_offset ||
      extent.stream_offset > header.stream_size ||
      extent.length > header.stream_size - extent.stream_offset ||
      extent.frame >= header.frame_count) {
    return fail(ErrorCode::kCorrupt, "extent {}: {} bytes at {} are out of range",
                record.data + number, extent.length, extent.file_offset);
  }
  return extent;
}

// The number of the first extent that ends after `offset`, or the count of extents.
Result<std::uint64_t> Image::State::first_extent_ending_after(IndexReader::Cursor& cursor,
                                                              const InodeRecord& record,
                                                              std::uint64_t offset) const {
  std::uint64_t low = 0;
  std::uint64_t high = record.count;
  while (low < high) {
    const std::uint64_t middle = low + (high - low) / 2;
    const ExtentRecord candidate = ZVFS_TRY(extent(cursor, record, middle));
    if (candidate.file_offset + candidate.length > offset) {
      high = middle;
    } else {
      low = middle + 1;
    }
  }
  return low;
}

// True if first_extent_ending_after() would find `number`.
Result<bool> Image::State::is_first_ending_after(IndexReader::Cursor& cursor,
                                                 const InodeRecord& record, std::uint64_t offset,
                                                 std::uint32_t number) const {
  const auto ends_after = [&](std::uint32_t which) -> Result<bool> {
    const ExtentRecord found = ZVFS_TRY(extent(cursor, record, which));
    return found.file_offset + found.length > offset;
  };
  if (number > record.count) return false;
  if (number > 0 && ZVFS_TRY(ends_after(number - 1))) return false;
  return number == record.count || ZVFS_TRY(ends_after(number));
}

Result<FileSegment> Image::segment_at(const Inode& inode, std::uint64_t offset,
                                      std::uint32_t hint) const {
  IndexReader::Cursor cursor(state_->index);
  return state_->segment_at(cursor, inode.record, offset, hint);
}

Result<FileSegment> Image::State::segment_at(IndexReader::Cursor& cursor, const InodeRecord& record,
                                             std::uint64_t offset, std::uint32_t hint) const {
  if (!record.has_extent_list()) {
    return FileSegment{offset, record.size, true, {record.data + offset}, {record.count}};
  }
  std::uint32_t next = hint;
  if (!ZVFS_TRY(is_first_ending_after(cursor, record, offset, hint))) {
    next = static_cast<std::uint32_t>(ZVFS_TRY(first_extent_ending_after(cursor, record, offset)));
  }
  if (next == record.count) return FileSegment{offset, record.size, false, {}, {}, next};
  const ExtentRecord extent = ZVFS_TRY(this->extent(cursor, record, next));
  if (next > 0) {
    const ExtentRecord before = ZVFS_TRY(this->extent(cursor, record, next - 1));
    ZVFS_TRY(must_follow(StreamOffset{before.stream_offset + before.length},
                         StreamOffset{extent.stream_offset}));
  }
  if (offset < extent.file_offset) {
    return FileSegment{offset, extent.file_offset, false, {}, {}, next};
  }
  return FileSegment{offset,         extent.file_offset + extent.length,
                     true,           {extent.stream_offset + (offset - extent.file_offset)},
                     {extent.frame}, next + 1};
}

Result<std::optional<FileRun>> Image::frame_run(const Inode& inode, std::uint64_t offset) const {
  const InodeRecord& record = inode.record;
  IndexReader::Cursor cursor(state_->index);
  ExtentRecord extent{0, record.size, record.data, record.count};
  if (record.has_extent_list()) {
    const std::uint64_t number =
        ZVFS_TRY(state_->first_extent_ending_after(cursor, record, offset));
    if (number == record.count) return std::optional<FileRun>();
    extent = ZVFS_TRY(state_->extent(cursor, record, number));
    if (offset < extent.file_offset) return std::optional<FileRun>();
  }
  const std::uint64_t stream_end = extent.stream_offset + extent.length;
  const StreamOffset at{extent.stream_offset + (offset - extent.file_offset)};
  const DataFrame found = ZVFS_TRY(state_->frame_table.find(cursor, at, {extent.frame}));
  FramePtr frame = ZVFS_TRY(state_->frames.read({FrameKey::Space::kData, found.number.value},
                                                state_->frame_class(record), found.location));
  const std::uint64_t begin = std::max(found.begin.value, extent.stream_offset);
  const std::uint64_t end = std::min(found.end().value, stream_end);
  const ByteSpan bytes = frame->bytes().subspan(begin - found.begin.value, end - begin);
  return std::optional<FileRun>(
      {extent.file_offset + (begin - extent.stream_offset), {bytes, std::move(frame)}});
}

Result<std::vector<FileSlice>> Image::read(const Inode& inode, std::uint64_t offset,
                                           std::uint64_t length) const {
  const InodeRecord& record = inode.record;
  std::vector<FileSlice> slices;
  if (offset >= record.size) return slices;
  const std::uint64_t end = offset + std::min(length, record.size - offset);
  const FrameClass frame_class = state_->frame_class(record);
  StreamRun run(state_->frame_table, state_->index);
  State::LastFrame last;
  if (!record.has_extent_list()) {
    const FileSegment all{offset, end, true, {record.data + offset}, {record.count}};
    ZVFS_TRY(state_->append_stream(run, last, all, frame_class, slices));
    return slices;
  }

  IndexReader::Cursor cursor(state_->index);
  std::uint64_t number = ZVFS_TRY(state_->first_extent_ending_after(cursor, record, offset));
  while (offset < end) {
    std::uint64_t data_begin = record.size;
    ExtentRecord extent;
    if (number < record.count) {
      extent = ZVFS_TRY(state_->extent(cursor, record, number++));
      data_begin = std::max(extent.file_offset, offset);
    }
    for (const std::uint64_t hole_end = std::min(data_begin, end); offset < hole_end;) {
      const std::uint64_t count = std::min<std::uint64_t>(hole_end - offset, kZeros.size());
      slices.push_back({ByteSpan(kZeros).first(count), nullptr});
      offset += count;
    }
    const std::uint64_t data_end = std::min(extent.file_offset + extent.length, end);
    if (offset >= data_end) continue;
    const StreamOffset stream{extent.stream_offset + (offset - extent.file_offset)};
    const FileSegment segment{offset, data_end, true, stream, {extent.frame}};
    ZVFS_TRY(state_->append_stream(run, last, segment, frame_class, slices));
    offset = data_end;
  }
  return slices;
}

Result<void> Image::read_ahead(const Inode& inode, std::uint64_t offset, std::uint64_t length,
                               const std::function<bool()>& goes_on) const {
  const InodeRecord& record = inode.record;
  const std::uint64_t end = offset + std::min(length, record.size - std::min(offset, record.size));
  StreamRun run(state_->frame_table, state_->index);
  IndexReader::Cursor cursor(state_->index);
  std::optional<FrameNumber> last;  // which is not decoded again, even if it left the cache
  FileSegment segment;
  while (offset < end && goes_on()) {
    segment = ZVFS_TRY(state_->segment_at(cursor, record, offset, segment.next_extent));
    offset = segment.end;
    if (!segment.is_data) continue;
    const DataFrame found = ZVFS_TRY(run.frame_at(segment.stream, segment.first_frame));
    offset = std::min(segment.end, segment.begin + (found.end().value - segment.stream.value));
    run.take(offset - segment.begin);
    const FrameKey key{FrameKey::Space::kData, found.number.value};
    if (std::exchange(last, found.number) == found.number) continue;
    if (state_->raw->cache().contains(key)) continue;
    ZVFS_TRY(state_->frames.read(key, state_->frame_class(record), found.location));
  }
  return {};
}

Result<DataFrame> Image::State::data_frame(IndexReader::Cursor& cursor, FrameNumber number) const {
  if (number.value >= header.frame_count) {
    return fail(ErrorCode::kNotFound, "no data frame {}", number.value);
  }
  return frame_table.frame(cursor, number);
}

Result<FramePtr> Image::State::packed_frame(const DataFrame& found) {
  return frames.read({FrameKey::Space::kData, found.number.value}, FrameClass::kPacked,
                     found.location);
}

Result<void> Image::prefetch(FrameNumber number) const {
  IndexReader::Cursor cursor(state_->index);
  const DataFrame found = ZVFS_TRY(state_->data_frame(cursor, number));
  ZVFS_TRY(state_->packed_frame(found));
  return {};
}

Result<void> Image::visit_files(FrameNumber number,
                                const std::function<Choice(InodeNumber)>& choose,
                                const std::function<bool(InodeNumber, ByteSpan)>& visit) const {
  IndexReader::Cursor cursor(state_->index);
  const DataFrame found = ZVFS_TRY(state_->data_frame(cursor, number));
  FramePtr frame;
  for (std::uint32_t row = found.first_file; row < found.end_file; ++row) {
    const InodeNumber candidate{ZVFS_TRY(cursor.u32_row(Table::kFrameFiles, row))};
    const Choice choice = choose(candidate);
    if (choice == Choice::kStop) break;
    if (choice == Choice::kSkip) continue;
    const auto file = inode(candidate);
    if (!file || !file->record.is_regular() || file->record.has_extent_list()) {
      continue;
    }
    const StreamOffset begin{file->record.data};
    const std::uint64_t size = file->record.size;
    if (!found.holds(begin) || size > found.end().value - begin.value) continue;
    if (frame == nullptr) frame = ZVFS_TRY(state_->packed_frame(found));
    const std::uint64_t offset = begin.value - found.begin.value;
    if (!visit(candidate, frame->bytes().subspan(offset, size))) break;
  }
  return {};
}

Result<std::string> Image::symlink_target(const Inode& inode) const {
  IndexReader::Cursor cursor(state_->index);
  const std::string_view target =
      as_text(ZVFS_TRY(cursor.bytes(Table::kStrings, inode.record.data, inode.record.size)));
  if (target.find('\0') != std::string_view::npos) {
    return fail(ErrorCode::kCorrupt, "inode {}: symlink target contains a NUL", inode.number.value);
  }
  return std::string(target);
}

// --- Extended attributes

// The row of an inode's set; nothing if it has no attributes.
Result<std::optional<XattrSetRecord>> Image::State::xattr_row(const InodeRecord& record) const {
  if (record.xattr_set == 0) return std::optional<XattrSetRecord>();
  IndexReader::Cursor cursor(index);
  const auto row = ZVFS_TRY(cursor.row<XattrSetRecord>(Table::kXattrSets, record.xattr_set - 1));
  const std::uint64_t size = index.rows(Table::kXattrData);
  if (row.length > kMaxXattrSetSize) {
    return fail(ErrorCode::kCorrupt, "xattr set {}: {} bytes exceed the limit of {}",
                record.xattr_set - 1, row.length, kMaxXattrSetSize);
  }
  if (row.offset > size || row.length > size - row.offset) {
    return fail(ErrorCode::kCorrupt, "xattr set {}: {} bytes at {} exceed the {} of the image",
                record.xattr_set - 1, row.length, row.offset, size);
  }
  return std::optional(row);
}

Result<XattrSet> Image::xattrs(const Inode& inode) const {
  const auto row = ZVFS_TRY(state_->xattr_row(inode.record));
  if (!row) return XattrSet{};
  IndexReader::Cursor cursor(state_->index);
  return XattrSet::parse(ZVFS_TRY(cursor.bytes(Table::kXattrData, row->offset, row->length)),
                         row->count);
}

// Scans all of the set, so that a damaged one gives the same error for each name.
Result<ByteVector> Image::xattr(const Inode& inode, std::string_view name) const {
  std::optional<ByteVector> found;
  if (const auto row = ZVFS_TRY(state_->xattr_row(inode.record))) {
    XattrScan scan(state_->index, *row);
    while (ZVFS_TRY(scan.next())) {
      if (found || scan.name() != name) continue;
      const ByteSpan value = ZVFS_TRY(scan.value());
      found.emplace(value.begin(), value.end());
    }
  }
  if (found) return *std::move(found);
  return fail(ErrorCode::kNotFound, "no attribute '{}'", name);
}

Result<std::string> Image::xattr_names(const Inode& inode) const {
  std::string names;
  if (const auto row = ZVFS_TRY(state_->xattr_row(inode.record))) {
    XattrScan scan(state_->index, *row);
    while (ZVFS_TRY(scan.next())) names.append(scan.name()).push_back('\0');
  }
  return names;
}

}  // namespace zvfs
