#pragma once

#include <cstdint>
#include <vector>

#include "tree/tree.h"

namespace zvfs {

/// Walks a finished tree in path order: the root, then depth first, the entries of a directory
/// in the order of their names. Not thread-safe.
class TreeWalk {
 public:
  /// Borrows the tree.
  explicit TreeWalk(const Tree& tree) : tree_(tree) {}

  /// The next name, at first the root; a Link with `directory` 0 after the last one.
  Link next();

 private:
  struct Level {
    InodeNumber directory;
    std::uint32_t next_dentry;
    std::uint32_t end_dentry;
  };
  void enter(InodeNumber directory);

  const Tree& tree_;
  bool started_ = false;
  std::vector<Level> levels_;
};

}  // namespace zvfs
