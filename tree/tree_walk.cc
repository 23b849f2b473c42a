#include "tree/tree_walk.h"

namespace zvfs {

std::optional<Link> TreeWalk::next() {
  if (!started_) {
    started_ = true;
    enter(kRootInode);
    return kRootLink;
  }
  while (!levels_.empty()) {
    Level& level = levels_.back();
    if (level.next_dentry == level.end_dentry) {
      levels_.pop_back();
      continue;
    }
    const Link link{level.directory, level.next_dentry++};
    if (const InodeNumber inode = tree_.inode_of(link); tree_.inode(inode).is_directory()) {
      enter(inode);
    }
    return link;
  }
  return std::nullopt;
}

void TreeWalk::enter(InodeNumber directory) {
  const InodeRecord& record = tree_.inode(directory);
  const auto first = static_cast<std::uint32_t>(record.data);
  levels_.push_back({directory, first, first + record.count});
}

}  // namespace zvfs
