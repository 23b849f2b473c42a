#pragma once

#include <cstdint>
#include <iterator>
#include <optional>
#include <vector>

#include "tree/tree.h"

namespace zvfs {

/// Walks a finished tree in path order: the root, then depth first, the entries of a directory in
/// the order of their names. Not thread-safe.
///
///     for (const Link link : TreeWalk(tree)) ...
///
/// The tree's records may change meanwhile; its names may not.
class TreeWalk {
 public:
  /// Yields the names that next() would return.
  class Iterator {
   public:
    explicit Iterator(TreeWalk& walk) : walk_(&walk), link_(walk.next()) {}
    Link operator*() const { return *link_; }
    Iterator& operator++() {
      link_ = walk_->next();
      return *this;
    }
    bool operator==(std::default_sentinel_t) const { return !link_; }

   private:
    TreeWalk* walk_;
    std::optional<Link> link_;
  };

  /// Borrows the tree.
  explicit TreeWalk(const Tree& tree) : tree_(tree) {}

  /// The next name, starting with the root; nothing after the last one.
  std::optional<Link> next();

  Iterator begin() { return Iterator(*this); }
  static std::default_sentinel_t end() { return std::default_sentinel; }

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
