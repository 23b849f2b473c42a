#pragma once

#include "base/result.h"
#include "base/unique_fd.h"
#include "mkimage/tree.h"

namespace zvfs {

/// Opens directories of a scanned tree, one name at a time from the root: so a path may be longer
/// than PATH_MAX, and a symlink that replaced a directory is never followed. Keeps the directory
/// opened last, since the next file mostly lies in it or in a child. Not thread-safe.
class DirectoryOpener {
 public:
  /// Borrows both; `root_fd` is the tree's root directory.
  DirectoryOpener(const Tree& tree, int root_fd) : tree_(tree), root_fd_(root_fd) {}

  /// A descriptor (O_PATH) for the *at() calls, valid until the next open().
  /// Errors: Io, with errno's text alone as the message.
  Result<int> open(InodeNumber directory);

 private:
  Result<UniqueFd> open_from(int parent_fd, InodeNumber directory) const;
  Result<UniqueFd> walk_to(InodeNumber directory) const;

  const Tree& tree_;
  const int root_fd_;
  InodeNumber current_ = kRootInode;
  UniqueFd current_fd_;  // closed while `current_` is the root
};

}  // namespace zvfs
