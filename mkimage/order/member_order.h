#pragma once

#include <cstddef>
#include <deque>
#include <optional>
#include <vector>

#include "mkimage/order/front_files.h"
#include "tree/tree.h"
#include "tree/tree_walk.h"

namespace zvfs {

/// The order of a tree's names in the stream: the root; then some symlinks; then the front files;
/// then all others in path order, except that the directories of front files come after their
/// contents.
///
/// So a directory's own member comes either before or after all its contents, and a member that
/// comes before its parents has them created on extraction. Any other order spoils the times of
/// directories: GNU tar sets them, and the permissions, as soon as a member lies outside, and does
/// not come back; bsdtar sets those of an existing directory at once.
///
/// The symlinks are those in directories of front files that point to an absolute path or through
/// `..`. GNU tar makes such links at the very end, and then sets the times of the directories that
/// it made for them, but not those of directories that existed already. Not thread-safe.
class MemberOrder {
 public:
  struct Item {
    Link link;
    std::size_t copies = 0;      ///< Number of copies that follow it.
    bool is_copy = false;        ///< Whether it is a copy of the last one that had some.
    bool listed = false;         ///< Whether it is one of FrontFiles::listed.
    std::uint32_t together = 0;  ///< Its FrontFiles::together.
  };

  /// Borrows both.
  MemberOrder(const Tree& tree, const FrontFiles& front);

  /// The next name; nothing after the last one.
  std::optional<Item> next();

 private:
  void mark(Link link);
  void lead_late_symlinks();
  Item next_front();
  bool walk_on();
  void leave_directories_above(const std::optional<Link>& link);

  const Tree& tree_;
  const FrontFiles& front_;
  TreeWalk walk_;
  std::vector<bool> marked_;    // by dentry: the front names, and their directories
  std::vector<Link> symlinks_;  // those before the front files
  std::size_t next_symlink_ = 0;
  bool started_ = false;
  std::size_t group_ = 0;
  std::size_t in_group_ = 0;
  std::vector<Link> open_;    // directories that the walk is in, without the root
  std::deque<Link> pending_;  // those that come next
};

}  // namespace zvfs
