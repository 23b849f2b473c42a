#pragma once

#include <string>

#include "base/result.h"
#include "base/unique_fd.h"
#include "tree/tree.h"

namespace zvfs {

/// Opens directories of a scanned tree, one name at a time, from the root or from the nearest
/// directory above whose place on disk is in the tree's source places. So a path may be longer than
/// PATH_MAX, and a symlink that replaced a directory is never followed. Keeps the last directory
/// open, since the next file is usually in it or in a child. Not thread-safe.
class DirectoryOpener {
 public:
  /// For a root without a descriptor: it is made up, or its place says where it is.
  static constexpr int kNoRoot = -1;

  /// Borrows both; `root_fd` is the tree's root directory, or kNoRoot.
  DirectoryOpener(const Tree& tree, int root_fd) : tree_(tree), root_fd_(root_fd) {}

  /// A descriptor (O_PATH) for the *at() calls, valid until the next open().
  /// Errors: as fail_on_source().
  Result<int> open(InodeNumber directory);

  /// The same for the directory on disk that holds the name.
  Result<int> open_parent(Link link);

 private:
  [[nodiscard]] const std::string* place_of(InodeNumber directory) const;
  Result<UniqueFd> open_from(int parent_fd, InodeNumber directory) const;
  Result<UniqueFd> walk_to(InodeNumber directory) const;

  const Tree& tree_;
  const int root_fd_;
  UniqueFd parent_fd_;  // of a name with a place of its own
  InodeNumber current_ = kRootInode;
  UniqueFd current_fd_;  // closed while `current_` is the root
};

}  // namespace zvfs
