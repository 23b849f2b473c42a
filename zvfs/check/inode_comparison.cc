#include "zvfs/check/inode_comparison.h"

#include <algorithm>
#include <string>

#include "zvfs/check/check_context.h"
#include "zvfs/check/field_comparison.h"

namespace zvfs {

InodeComparison::InodeComparison(const Image& image, const Tree& tree)
    : image_(image),
      tree_(tree),
      bytes_(image.raw()),
      comparable_(kMaxSharing * image.header().stream_size) {}

Result<void> InodeComparison::compare(InodeNumber number, bool is_made_up, const Inode& inode) {
  const InodeRecord& member = tree_.inode(number);
  ZVFS_TRY(same_type(member.mode, inode.record.mode));
  if (!is_made_up) ZVFS_TRY(compare_metadata(member, inode));
  return compare_by_type(member, inode);
}

Result<void> InodeComparison::compare_metadata(const InodeRecord& member, const Inode& inode) {
  ZVFS_TRY(same_mode(member.mode, inode.record.mode));
  ZVFS_TRY(same("uid", member.uid, inode.record.uid));
  ZVFS_TRY(same("gid", member.gid, inode.record.gid));
  ZVFS_TRY(same("mtime", member.mtime_seconds, inode.record.mtime_seconds));
  ZVFS_TRY(same("mtime nanoseconds", member.mtime_nanoseconds, inode.record.mtime_nanoseconds));
  return compare_xattrs(member, inode);
}

Result<void> InodeComparison::compare_xattrs(const InodeRecord& member, const Inode& inode) {
  if (member.xattr_set == 0 && inode.record.xattr_set == 0) return {};
  const auto known = same_sets_.find(member.xattr_set);
  if (known != same_sets_.end() && known->second == inode.record.xattr_set) return {};
  const XattrSet expected = ZVFS_TRY(image_.xattrs(inode));
  const XattrSet set = tree_.xattrs().get(member.xattr_set);
  ZVFS_TRY(same("extended attributes:", set.xattrs().size(), expected.xattrs().size()));
  const auto [one, other] = std::ranges::mismatch(set.xattrs(), expected.xattrs());
  if (one != set.xattrs().end()) {
    return fail(ErrorCode::kCorrupt, "attribute {} differs", one->name);
  }
  same_sets_.insert_or_assign(member.xattr_set, inode.record.xattr_set);
  return {};
}

Result<void> InodeComparison::compare_by_type(const InodeRecord& member, const Inode& inode) {
  const InodeRecord& record = inode.record;
  if (!record.is_directory()) ZVFS_TRY(same("links:", member.nlink, record.nlink));
  if (record.is_regular()) {
    ZVFS_TRY(same("size", member.size, record.size));
    return compare_data(member, inode);
  }
  if (record.is_symlink()) {
    const std::string target = ZVFS_TRY(image_.symlink_target(inode));
    return same<std::string_view>("symlink to", tree_.symlink_target(member), target);
  }
  if (record.is_device()) return same("device", member.data, record.data);
  return {};
}

// Of a file with copies, the index may have the data of any of them. Bytes that a sparse member
// leaves out are zeros.
Result<void> InodeComparison::compare_data(const InodeRecord& member, const Inode& inode) {
  for (std::uint64_t offset = 0; offset < member.size;) {
    const Segment segment = segment_at(member, offset);
    const FileSegment index = ZVFS_TRY(image_.segment_at(inode, offset));
    const std::uint64_t end = std::min(segment.end, index.end);
    if (!ZVFS_TRY(has_same_bytes(segment, index, end - offset))) {
      return fail(ErrorCode::kCorrupt, "content differs within {} bytes at {}", end - offset,
                  offset);
    }
    offset = end;
  }
  return {};
}

Result<bool> InodeComparison::has_same_bytes(const Segment& member, const FileSegment& index,
                                             std::uint64_t length) {
  if (member.is_data && index.is_data && member.stream == index.stream) return true;
  if (!member.is_data && !index.is_data) return true;
  if (length > comparable_) {
    return fail(ErrorCode::kTooLarge, "files share more than {} times the stream; not compared",
                kMaxSharing);
  }
  comparable_ -= length;
  if (!member.is_data) return bytes_.are_zero(index.stream, length);
  if (!index.is_data) return bytes_.are_zero(member.stream, length);
  return bytes_.are_equal(member.stream, index.stream, length);
}

InodeComparison::Segment InodeComparison::segment_at(const InodeRecord& member,
                                                     std::uint64_t offset) const {
  if (!member.has_extent_list()) return {member.size, true, {member.data + offset}};
  const std::span<const ExtentRecord> extents = tree_.extents_of(member);
  const auto extent = std::ranges::upper_bound(
      extents, offset, {}, [](const ExtentRecord& one) { return one.file_offset + one.length; });
  if (extent == extents.end()) return {member.size, false, {}};
  if (offset < extent->file_offset) return {extent->file_offset, false, {}};
  return {extent->file_offset + extent->length,
          true,
          {extent->stream_offset + (offset - extent->file_offset)}};
}

}  // namespace zvfs
