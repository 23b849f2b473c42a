#include "mkimage/scan/inode_reader.h"

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <climits>

#include "base/unique_fd.h"
#include "base/warnings.h"

namespace zvfs {
namespace {

constexpr std::uint64_t kStatBlockSize = 512;

InodeRecord record_of(const struct stat& status) {
  InodeRecord record;
  record.mode = static_cast<std::uint16_t>(status.st_mode);
  record.uid = status.st_uid;
  record.gid = status.st_gid;
  record.set_mtime(timestamp_of(status.st_mtim));
  return record;
}

}  // namespace

Result<std::vector<ExtentRecord>> find_data(int fd, std::uint64_t size) {
  std::vector<ExtentRecord> extents;
  for (std::uint64_t position = 0; position < size;) {
    const off_t data = ::lseek(fd, static_cast<off_t>(position), SEEK_DATA);
    if (data < 0 && errno == ENXIO) break;  // a hole up to the end
    if (data < 0 && errno == EINVAL) return std::vector<ExtentRecord>{{0, size, 0, 0}};
    if (data < 0) return fail_errno(errno, "cannot look for holes");
    const auto begin = static_cast<std::uint64_t>(data);
    if (begin >= size) break;  // the file has grown
    const off_t hole = ::lseek(fd, data, SEEK_HOLE);
    if (hole < 0 && errno == ENXIO) break;  // the file has shrunk
    if (hole < 0) return fail_errno(errno, "cannot look for holes");
    const std::uint64_t end = std::min(static_cast<std::uint64_t>(hole), size);
    if (end <= begin) break;
    extents.push_back({begin, end - begin, 0, 0});
    position = end;
  }
  return extents;
}

InodeReader::InodeReader(Tree& tree, const XattrFilter& xattrs)
    : tree_(tree),
      xattr_reader_(xattrs),
      symlink_buffer_(PATH_MAX, '\0'),
      may_lack_permission_(::geteuid() != 0) {}

Result<InodeRecord> InodeReader::read(int directory_fd, const char* name,
                                      const struct stat& status) {
  InodeRecord record = record_of(status);
  switch (status.st_mode & S_IFMT) {
    case S_IFREG:
      ZVFS_TRY(read_regular(directory_fd, name, status, record));
      break;
    case S_IFLNK:
      ZVFS_TRY(read_symlink(directory_fd, name, record));
      break;
    case S_IFBLK:
    case S_IFCHR:
      record.set_device(major(status.st_rdev), minor(status.st_rdev));
      break;
    default:
      break;
  }
  return record;
}

Result<void> InodeReader::read_xattrs(int directory_fd, const char* name, InodeRecord& record) {
  const XattrSet xattrs = ZVFS_TRY(xattr_reader_.read(directory_fd, name));
  record.xattr_set = ZVFS_TRY(tree_.xattrs().add(xattrs));
  return {};
}

Result<void> InodeReader::read_regular(int directory_fd, const char* name,
                                       const struct stat& status, InodeRecord& record) {
  record.size = static_cast<std::uint64_t>(status.st_size);
  record.allocated = record.size;
  // Checked now: a file found unreadable later already has its place in the stream.
  if (may_lack_permission_ && ::faccessat(directory_fd, name, R_OK, AT_EACCESS) != 0) {
    return fail_on_source(errno, "cannot open");
  }
  const bool may_have_holes =
      static_cast<std::uint64_t>(status.st_blocks) * kStatBlockSize < record.size;
  if (may_have_holes) return read_holes(directory_fd, name, record);
  return {};
}

Result<void> InodeReader::read_holes(int directory_fd, const char* name, InodeRecord& record) {
  const UniqueFd fd(
      ::openat(directory_fd, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC));
  if (!fd.is_open()) return fail_on_source(errno, "cannot open");
  const std::vector<ExtentRecord> extents = ZVFS_TRY(find_data(fd.get(), record.size));
  // A compressing filesystem allocates less than the size even without holes.
  if (extents.size() == 1 && extents.front().length == record.size) return {};
  if (extents.size() > std::numeric_limits<std::uint32_t>::max()) {
    return fail(ErrorCode::kTooLarge, "{} holes exceed the limit", extents.size());
  }
  record.flags |= InodeRecord::kExtentList;
  record.data = tree_.extents().size();
  record.count = static_cast<std::uint32_t>(extents.size());
  record.allocated = 0;
  for (const ExtentRecord& extent : extents) {
    record.allocated += extent.length;
    tree_.add_extent(extent);
  }
  return {};
}

Result<void> InodeReader::read_symlink(int directory_fd, const char* name, InodeRecord& record) {
  const ssize_t length =
      ::readlinkat(directory_fd, name, symlink_buffer_.data(), symlink_buffer_.size());
  if (length < 0) return fail_on_source(errno, "cannot read symlink");
  if (length == 0) return fail(ErrorCode::kIo, "symlink has no target");
  // Linux has no longer targets: only a broken filesystem fills the buffer.
  if (static_cast<std::size_t>(length) == symlink_buffer_.size()) {
    return fail(ErrorCode::kTooLarge, "symlink target exceeds {} bytes", length - 1);
  }
  record.size = static_cast<std::uint64_t>(length);
  record.data = tree_.add_string({symlink_buffer_.data(), static_cast<std::size_t>(length)});
  return {};
}

}  // namespace zvfs
