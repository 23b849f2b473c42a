#pragma once

#include <cstdint>
#include <string>
#include <sys/stat.h>
#include <vector>

#include "base/result.h"
#include "format/records.h"
#include "mkimage/scan/xattr_reader.h"
#include "tree/tree.h"

namespace zvfs {

/// The runs of data of an open file of `size` bytes, ascending, by SEEK_DATA and SEEK_HOLE; their
/// stream offsets are unset. Moves the file's offset. If the filesystem reports no holes,
/// everything is data.
/// Errors: Io, with errno's text as the message.
Result<std::vector<ExtentRecord>> find_data(int fd, std::uint64_t size);

/// Makes inode records of files: metadata, symlink targets, extended attributes and holes, but no
/// content. Data that does not fit in a record goes to the borrowed tree. Not thread-safe.
class InodeReader {
 public:
  /// Reads the extended attributes that `xattrs` keeps.
  InodeReader(Tree& tree, const XattrFilter& xattrs);

  /// Errors: Io (extended attributes cannot be read at all).
  [[nodiscard]] Result<void> check() const { return xattr_reader_.check(); }

  /// The record of entry `name` in the directory open as `directory_fd`; `status` is the entry's
  /// lstat(). Links are not counted yet.
  /// Errors: Io (the file cannot be read, or it is already clear that its content cannot be);
  /// NotFound (it is gone).
  Result<InodeRecord> read(int directory_fd, const char* name, const struct stat& status);

  /// Sets record.xattr_set. Errors: Io, TooLarge, NotFound (the file is gone); the record is then
  /// unchanged.
  Result<void> read_xattrs(int directory_fd, const char* name, InodeRecord& record);

 private:
  Result<void> read_regular(int directory_fd, const char* name, const struct stat& status,
                            InodeRecord& record);
  Result<void> read_holes(int directory_fd, const char* name, InodeRecord& record);
  Result<void> read_symlink(int directory_fd, const char* name, InodeRecord& record);

  Tree& tree_;
  XattrReader xattr_reader_;
  std::string symlink_buffer_;
  const bool may_lack_permission_;
};

}  // namespace zvfs
