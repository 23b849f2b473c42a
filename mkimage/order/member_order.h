#pragma once

#include <cstddef>
#include <deque>
#include <vector>

#include "mkimage/order/leading_files.h"
#include "tree/tree.h"
#include "tree/tree_walk.h"

namespace zvfs {

/// The order of a tree's names in the stream: the root; then some symlinks; then the leading
/// files; then all others in path order, but that the directories of leading files come after what
/// is in them.
///
/// So a directory's own member comes either before or after all that is in it, and whatever comes
/// without its parents makes them as needed. Anything else spoils the times of directories: GNU tar
/// sets them, and the permissions, as soon as a member lies outside, and does not come back;
/// bsdtar sets those of a directory that exists at once.
///
/// The symlinks are those in directories of leading files that point to an absolute path or through
/// `..`. GNU tar makes such links at its very end, and then sets the times of the directories that
/// it made for them, but not those of directories that were there already. Not thread-safe.
class MemberOrder {
 public:
  struct Item {
    Link link;                   ///< `directory` is 0 after the last one.
    std::size_t copies = 0;      ///< That follow it.
    bool is_copy = false;        ///< Of the last one that had copies.
    bool listed = false;         ///< Whether it is one of LeadingFiles::listed.
    std::uint32_t together = 0;  ///< Its LeadingFiles::together.
  };

  /// Borrows both.
  MemberOrder(const Tree& tree, const LeadingFiles& leading);

  /// The next name.
  Item next();

 private:
  void mark(Link link);
  void lead_late_symlinks();
  Item next_leading();
  void walk_on();
  void leave_directories_above(Link link);

  const Tree& tree_;
  const LeadingFiles& leading_;
  TreeWalk walk_;
  std::vector<bool> marked_;    // by dentry: the leading names, and their directories
  std::vector<Link> symlinks_;  // that come before the leading files
  std::size_t next_symlink_ = 0;
  bool started_ = false;
  std::size_t group_ = 0;
  std::size_t in_group_ = 0;
  std::vector<Link> open_;    // directories that the walk is in, without the root
  std::deque<Link> pending_;  // come next
};

}  // namespace zvfs
