#include "zvfs/check/member_comparison.h"

#include <algorithm>
#include <cstring>
#include <limits>
#include <string>

#include <archive_entry.h>

#include "base/units.h"
#include "zvfs/check/field_comparison.h"
#include "zvfs/check/member_attributes.h"

namespace zvfs {
namespace {

// A time of 1.25 s before 1970 is "-1.25" in a pax record (POSIX, pax, "mtime"). libarchive 3.6
// applies the sign to the seconds alone, and reads it as -1 s plus 0.25 s.
bool is_misread(archive_entry* entry, const InodeRecord& record) {
  return record.mtime_seconds < 0 && record.mtime_nanoseconds != 0 &&
         ::archive_entry_mtime(entry) == record.mtime_seconds + 1 &&
         ::archive_entry_mtime_nsec(entry) == 1'000'000'000L - record.mtime_nanoseconds;
}

// libarchive reads numbers with a sign up to 2^63 - 1, and takes the earliest time for the second
// after it.
bool is_earliest(archive_entry* entry, const InodeRecord& record) {
  constexpr auto kEarliest = std::numeric_limits<std::int64_t>::min();
  return record.mtime_seconds == kEarliest && record.mtime_nanoseconds == 0 &&
         ::archive_entry_mtime(entry) == kEarliest + 1 && ::archive_entry_mtime_nsec(entry) == 0;
}

}  // namespace

Result<void> MemberComparison::compare(archive_entry* entry) {
  inode_ = ZVFS_TRY(image_.inode(found_.inode));
  if (const char* const target = ::archive_entry_hardlink(entry)) {
    return compare_hard_link(target);
  }
  const XattrSet xattrs = ZVFS_TRY(image_.xattrs(inode_));
  ZVFS_TRY(compare_metadata(entry, xattrs));
  ZVFS_TRY(compare_attributes(entry, xattrs));
  return compare_by_type(entry);
}

Result<void> MemberComparison::compare_hard_link(const char* target) {
  const auto first = finder_.find(target);
  if (!first) return fail(ErrorCode::kCorrupt, "hard link to '{}', which does not exist", target);
  return same("hard link to inode", first->inode.value, found_.inode.value);
}

Result<void> MemberComparison::compare_metadata(archive_entry* entry,
                                                const XattrSet& xattrs) const {
  const InodeRecord& record = inode_.record;
  // For a file with an ACL, libarchive returns the bits of the owning group, but st_mode has the
  // mask.
  const std::uint32_t mask = has_access_acl(xattrs) ? 0177707U : 0177777U;
  ZVFS_TRY(same_mode(::archive_entry_mode(entry) & mask, record.mode & mask));
  ZVFS_TRY(same<std::int64_t>("uid", ::archive_entry_uid(entry), record.uid));
  ZVFS_TRY(same<std::int64_t>("gid", ::archive_entry_gid(entry), record.gid));
  if (is_misread(entry, record) || is_earliest(entry, record)) return {};
  ZVFS_TRY(same<std::int64_t>("mtime", ::archive_entry_mtime(entry), record.mtime_seconds));
  return same<std::int64_t>("mtime nanoseconds", ::archive_entry_mtime_nsec(entry),
                            record.mtime_nanoseconds);
}

Result<void> MemberComparison::compare_by_type(archive_entry* entry) {
  const InodeRecord& record = inode_.record;
  if (inode_.record.is_regular()) {
    ZVFS_TRY(same<std::uint64_t>("size", static_cast<std::uint64_t>(::archive_entry_size(entry)),
                                 record.size));
    return compare_content();
  }
  if (inode_.record.is_symlink()) {
    const char* const target = ::archive_entry_symlink(entry);
    const std::string expected = ZVFS_TRY(image_.symlink_target(inode_));
    return same<std::string_view>("symlink to", target == nullptr ? "" : target, expected);
  }
  if (inode_.record.is_device()) {
    const std::uint64_t device = std::uint64_t{::archive_entry_rdevmajor(entry)} << 32 |
                                 std::uint64_t{::archive_entry_rdevminor(entry)};
    return same<std::uint64_t>("device", device, record.data);
  }
  return {};
}

Result<void> MemberComparison::compare_content() {
  std::uint64_t position = 0;
  while (true) {
    const ArchiveReader::Block block = ZVFS_TRY(tar_.read());
    if (block.at_end) break;
    if (block.offset < position) return fail(ErrorCode::kCorrupt, "its data blocks overlap");
    ZVFS_TRY(compare_hole(position, block.offset));
    ZVFS_TRY(compare_bytes(block.offset, block.bytes));
    position = block.offset + block.bytes.size();
  }
  return compare_hole(position, inode_.record.size);
}

Result<void> MemberComparison::compare_bytes(std::uint64_t offset, ByteSpan bytes) const {
  while (!bytes.empty()) {
    const auto slices =
        ZVFS_TRY(image_.read(inode_, offset, std::min<std::uint64_t>(bytes.size(), kMiB)));
    if (slices.empty()) return fail(ErrorCode::kCorrupt, "its data exceeds {} bytes", offset);
    for (const FileSlice& slice : slices) {
      if (std::memcmp(slice.bytes.data(), bytes.data(), slice.bytes.size()) != 0) {
        return fail(ErrorCode::kCorrupt, "content differs within {} bytes at {}",
                    slice.bytes.size(), offset);
      }
      offset += slice.bytes.size();
      bytes = bytes.subspan(slice.bytes.size());
    }
  }
  return {};
}

// Bytes that the archive leaves out are zeros. In the index they are a hole or zeros.
Result<void> MemberComparison::compare_hole(std::uint64_t begin, std::uint64_t end) const {
  while (begin < end) {
    const FileSegment segment = ZVFS_TRY(image_.segment_at(inode_, begin));
    const std::uint64_t segment_end = std::min(segment.end, end);
    if (segment.is_data) {
      const std::uint64_t length = std::min(segment_end - begin, kMiB);
      const ByteVector zeros(length);
      ZVFS_TRY(compare_bytes(begin, zeros));
      begin += length;
    } else {
      begin = segment_end;
    }
  }
  return {};
}

}  // namespace zvfs
