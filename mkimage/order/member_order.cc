#include "mkimage/order/member_order.h"

#include "base/path_names.h"

namespace zvfs {
MemberOrder::MemberOrder(const Tree& tree, const FrontFiles& front)
    : tree_(tree), front_(front), walk_(tree) {
  const Duplicates& groups = front.groups;
  if (groups.size() == 0) return;
  marked_.resize(tree.dentries().size());
  for (std::size_t i = 0; i < groups.size(); ++i) {
    for (const Link link : groups.group(i)) mark(link);
  }
  lead_late_symlinks();
}

void MemberOrder::mark(Link link) {
  while (link != kRootLink && !marked_[link.dentry]) {
    marked_[link.dentry] = true;
    link = tree_.link_of(link.directory);
  }
}

// Looks in the marked directories.
void MemberOrder::lead_late_symlinks() {
  for (std::size_t i = 0; i < marked_.size(); ++i) {
    const InodeNumber number{tree_.dentries()[i].inode};
    if (!marked_[i] || !tree_.inode(number).is_directory()) continue;
    const auto begin = static_cast<std::uint32_t>(tree_.inode(number).data);
    for (std::uint32_t dentry = begin; dentry < begin + tree_.inode(number).count; ++dentry) {
      const Link link{number, dentry};
      const InodeRecord& inode = tree_.inode(tree_.inode_of(link));
      if (!inode.is_symlink() || stays_below(tree_.symlink_target(inode))) continue;
      marked_[dentry] = true;
      symlinks_.push_back(link);
    }
  }
}

std::optional<MemberOrder::Item> MemberOrder::next() {
  if (front_.groups.size() == 0 || !started_) {
    started_ = true;
    const std::optional<Link> link = walk_.next();
    return link ? std::optional(Item{.link = *link}) : std::nullopt;
  }
  if (next_symlink_ < symlinks_.size()) return Item{.link = symlinks_[next_symlink_++]};
  if (group_ < front_.groups.size()) return next_front();
  while (pending_.empty() && walk_on()) {
  }
  if (pending_.empty()) return std::nullopt;
  const Link link = pending_.front();
  pending_.pop_front();
  return Item{.link = link};
}

MemberOrder::Item MemberOrder::next_front() {
  const auto group = front_.groups.group(group_);
  Item item{.link = group[in_group_], .listed = group_ < front_.listed};
  if (in_group_ == 0) {
    if (group_ < front_.together.size()) item.together = front_.together[group_];
    item.copies = group.size() - 1;
  } else {
    item.is_copy = true;
  }
  if (++in_group_ == group.size()) {
    ++group_;
    in_group_ = 0;
  }
  return item;
}

// Takes a step in path order. Directories that the walk has left may then come next. False at the
// end.
bool MemberOrder::walk_on() {
  const std::optional<Link> link = walk_.next();
  leave_directories_above(link);
  if (!link) return false;
  if (!marked_[link->dentry]) pending_.push_back(*link);
  if (tree_.inode(tree_.inode_of(*link)).is_directory()) open_.push_back(*link);
  return true;
}

// At the end of the walk, leaves all open directories.
void MemberOrder::leave_directories_above(const std::optional<Link>& link) {
  while (!open_.empty() && (!link || tree_.inode_of(open_.back()) != link->directory)) {
    if (marked_[open_.back().dentry]) pending_.push_back(open_.back());
    open_.pop_back();
  }
}

}  // namespace zvfs
