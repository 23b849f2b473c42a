#include "zvfs/check/inode_check.h"

#include <algorithm>

#include "format/stream_run.h"
#include "zvfs/check/table_scan.h"

namespace zvfs {
namespace {

bool has_data(const InodeRecord& inode) {
  if (!inode.is_regular()) return false;
  return inode.has_extent_list() ? inode.count > 0 : inode.size > 0;
}

Result<void> must_be(std::string_view field, std::uint64_t value, std::uint64_t expected) {
  if (value == expected) return {};
  return fail(ErrorCode::kCorrupt, "{} {} is not {}", field, value, expected);
}

}  // namespace

InodeCheck::InodeCheck(const CheckContext& context, InodeStates& states)
    : context_(context),
      image_(context.image),
      states_(states),
      frames_(image_.index()),
      extents_(image_.index()),
      strings_(image_.index()) {}

void InodeCheck::run() {
  find_tiny_frames();
  TableScan<InodeRecord> rows(image_, Table::kInodes);
  while (rows.next()) check(rows.row(), rows.record());
  const std::uint64_t expected = image_.header().content_size;
  if (!rows.has_gaps() && content_size_ != expected) {
    context_.problems.add("index header: content size {} is not {}, the sum of all files' sizes",
                          expected, content_size_);
  }
  if (states_.of(kRootInode).is_read() && !states_.of(kRootInode).is_directory()) {
    context_.problems.add("inode 1: the root is not a directory");
  }
}

void InodeCheck::check(std::uint64_t row, const InodeRecord& inode) {
  const InodeNumber number{static_cast<std::uint32_t>(row + 1)};
  Result<void> sane = check_fields(inode);
  if (sane) {
    states_.edit(number).set_type(inode.type());
    if (has_data(inode)) states_.edit(number).set(InodeStates::State::kHasData);
    if (inode.is_regular()) content_size_ += inode.size;
    sane = check_by_type(inode);
  }
  if (!sane) context_.problems.add("inode {}: {}", number.value, sane.error().message);
}

Result<void> InodeCheck::check_fields(const InodeRecord& inode) const {
  if (!is_known(inode.type())) {
    return fail(ErrorCode::kCorrupt, "unknown file type in mode {:o}", inode.mode);
  }
  if ((inode.flags & ~InodeRecord::kKnownFlags) != 0) {
    return fail(ErrorCode::kCorrupt, "unknown flags {:#x}", inode.flags);
  }
  if (inode.size > kMaxFileSize) {
    return fail(ErrorCode::kCorrupt, "size {} exceeds {}", inode.size, kMaxFileSize);
  }
  if (inode.mtime_nanoseconds > 999'999'999) {
    return fail(ErrorCode::kCorrupt, "{} nanoseconds exceed 999999999", inode.mtime_nanoseconds);
  }
  if (const std::uint64_t sets = image_.index().rows(Table::kXattrSets); inode.xattr_set > sets) {
    return fail(ErrorCode::kCorrupt, "xattr set {} exceeds the {} of the image", inode.xattr_set,
                sets);
  }
  return {};
}

Result<void> InodeCheck::check_by_type(const InodeRecord& inode) {
  if (inode.nlink == 0) return fail(ErrorCode::kCorrupt, "number of links is 0");
  if (!inode.is_directory()) ZVFS_TRY(must_be("parent", inode.parent, 0));
  if (!inode.is_regular()) {
    ZVFS_TRY(must_be("allocated size", inode.allocated, 0));
    ZVFS_TRY(must_be("flags", inode.flags, 0));
  }
  if (inode.is_regular()) return check_regular(inode);
  if (inode.is_directory()) return check_directory(inode);
  ZVFS_TRY(must_be("count", inode.count, 0));
  if (inode.is_symlink()) return check_symlink(inode);
  if (!inode.is_device()) ZVFS_TRY(must_be("data", inode.data, 0));
  return must_be("size", inode.size, 0);
}

Result<void> InodeCheck::check_regular(const InodeRecord& inode) {
  if (inode.has_extent_list()) return check_extents(inode);
  ZVFS_TRY(must_be("allocated size", inode.allocated, inode.size));
  if (inode.size > 0) return check_place(inode.data, inode.size, inode.count);
  ZVFS_TRY(must_be("data", inode.data, 0));
  return must_be("count", inode.count, 0);
}

// Checks that a run of data lies in the stream and begins in `frame`.
Result<void> InodeCheck::check_place(std::uint64_t stream_offset, std::uint64_t length,
                                     std::uint32_t frame) {
  const IndexHeader& header = image_.header();
  if (stream_offset > header.stream_size || length > header.stream_size - stream_offset) {
    return fail(ErrorCode::kCorrupt, "{} bytes at stream offset {} exceed the stream's {}", length,
                stream_offset, header.stream_size);
  }
  if (frame >= header.frame_count) {
    return fail(ErrorCode::kCorrupt, "frame {} exceeds the {} of the image", frame,
                header.frame_count);
  }
  const auto found = image_.frame_table().frame(frames_, FrameNumber{frame});
  if (!found) return {};  // reported by the check of that table
  if (found->holds({stream_offset})) return check_crossed(stream_offset, length);
  return fail(ErrorCode::kCorrupt, "stream offset {} is not in frame {}, which is {} to {}",
              stream_offset, frame, found->begin.value, found->end().value);
}

Result<void> InodeCheck::check_extents(const InodeRecord& inode) {
  const std::uint64_t rows = image_.index().rows(Table::kExtents);
  if (inode.data > rows || inode.count > rows - inode.data) {
    return fail(ErrorCode::kCorrupt, "{} extents at row {} exceed the {} of the image", inode.count,
                inode.data, rows);
  }
  extents_visited_ += inode.count;
  if (extents_visited_ > rows * kMaxSharing + kFreeVisits) {
    return fail(ErrorCode::kCorrupt, "extent lists overlap and exceed {} rows; not checked",
                rows * kMaxSharing + kFreeVisits);
  }
  std::uint64_t end = 0;
  std::uint64_t allocated = 0;
  for (std::uint64_t row = inode.data; row < inode.data + inode.count; ++row) {
    const auto bytes = extents_.row_bytes(Table::kExtents, row);
    if (!bytes) return {};  // a damaged index frame, which was reported
    extent_ = ExtentRecord::parse(*bytes);
    encoded_.clear();
    extent_.append_to(encoded_);
    if (!std::ranges::equal(encoded_, *bytes)) {
      return fail(ErrorCode::kCorrupt, "extent {}: its zero field is not zero", row);
    }
    const std::uint64_t stream_end = extent_end_;
    if (auto sane = check_extent(inode, row, end); !sane) return sane;
    if (row > inode.data) {
      ZVFS_TRY_IN(fmt::format("extent {}", row),
                  must_follow({stream_end}, {extent_.stream_offset}));
    }
    end = extent_.file_offset + extent_.length;
    extent_end_ = extent_.stream_offset + extent_.length;
    allocated += extent_.length;
  }
  return must_be("allocated size", inode.allocated, allocated);
}

// Checks that none of the tiny frames lies amid the run.
Result<void> InodeCheck::check_crossed(std::uint64_t stream_offset, std::uint64_t length) const {
  const auto first = std::ranges::upper_bound(tiny_frames_, stream_offset, {}, &TinyFrame::begin);
  if (first == tiny_frames_.end() || first->end >= stream_offset + length) return {};
  return fail(ErrorCode::kCorrupt, "its data crosses frame {}, which has less than {} bytes",
              first->number, StreamRun::kMinCrossedSize);
}

void InodeCheck::find_tiny_frames() {
  constexpr std::size_t kMost = 65536;  // that are remembered: images have few
  TableScan<FrameRecord> rows(image_, Table::kFrames);
  FrameRecord before;
  std::uint64_t row_before = 0;
  for (bool is_first = true; rows.next() && tiny_frames_.size() < kMost; is_first = false) {
    const FrameRecord& row = rows.record();
    const bool is_next = !is_first && rows.row() == row_before + 1;
    const bool is_tiny = row.stream_offset > before.stream_offset &&
                         row.stream_offset - before.stream_offset < StreamRun::kMinCrossedSize;
    if (is_next && is_tiny) {
      tiny_frames_.push_back({row_before, before.stream_offset, row.stream_offset});
    }
    before = row;
    row_before = rows.row();
  }
  std::ranges::sort(tiny_frames_, {}, &TinyFrame::begin);
}

// Checks that `extent_` lies in the file after `begin`, the end of the previous extent.
Result<void> InodeCheck::check_extent(const InodeRecord& inode, std::uint64_t row,
                                      std::uint64_t begin) {
  if (extent_.length == 0) return fail(ErrorCode::kCorrupt, "extent {}: length is 0", row);
  if (extent_.file_offset < begin) {
    return fail(ErrorCode::kCorrupt, "extent {}: offset {} precedes {}, the end of the last one",
                row, extent_.file_offset, begin);
  }
  if (extent_.file_offset > inode.size || extent_.length > inode.size - extent_.file_offset) {
    return fail(ErrorCode::kCorrupt, "extent {}: {} bytes at {} exceed the file's size {}", row,
                extent_.length, extent_.file_offset, inode.size);
  }
  ZVFS_TRY_IN(fmt::format("extent {}", row),
              check_place(extent_.stream_offset, extent_.length, extent_.frame));
  return {};
}

Result<void> InodeCheck::check_directory(const InodeRecord& inode) const {
  const std::uint64_t rows = image_.index().rows(Table::kDentries);
  if (inode.data > rows || inode.count > rows - inode.data) {
    return fail(ErrorCode::kCorrupt, "{} dentries at row {} exceed the {} of the image",
                inode.count, inode.data, rows);
  }
  if (!states_.contains({inode.parent})) {
    return fail(ErrorCode::kCorrupt, "parent {} is not an inode from 1 to {}", inode.parent,
                states_.size());
  }
  return {};
}

Result<void> InodeCheck::check_symlink(const InodeRecord& inode) {
  if (inode.size == 0 || inode.size > kMaxSymlinkLength) {
    return fail(ErrorCode::kCorrupt, "target of {} bytes is not 1 to {}", inode.size,
                kMaxSymlinkLength);
  }
  const std::uint64_t size = image_.index().rows(Table::kStrings);
  if (inode.data > size || inode.size > size - inode.data) {
    return fail(ErrorCode::kCorrupt, "target of {} bytes at {} exceeds the {} bytes of strings",
                inode.size, inode.data, size);
  }
  const auto target = strings_.bytes(Table::kStrings, inode.data, inode.size);
  if (target && as_text(*target).find('\0') != std::string_view::npos) {
    return fail(ErrorCode::kCorrupt, "target contains a zero byte");
  }
  return {};
}

}  // namespace zvfs
