#include "tree/tree.h"

#include <algorithm>
#include <cassert>
#include <vector>

namespace zvfs {

Tree::Tree() {
  InodeRecord root;
  root.mode = mode_of(FileType::kDirectory, 0755);
  root.nlink = 2;
  root.parent = kRootInode.value;
  inodes_.push_back(root);
}

Result<InodeNumber> Tree::add_inode(const InodeRecord& record) {
  if (inodes_.size() == kMaxInodes) {
    return fail(ErrorCode::kTooLarge, "more than {} files", kMaxInodes);
  }
  inodes_.push_back(record);
  inodes_.back().nlink = record.is_directory() ? 2 : 0;
  return InodeNumber{static_cast<std::uint32_t>(inodes_.size())};
}

std::vector<std::uint32_t> Tree::keep_inodes(const std::vector<bool>& kept) {
  assert(kept.size() == inodes_.size() && kept.front());
  std::vector<std::uint32_t> numbers(inodes_.size());
  std::uint32_t count = 0;
  for (std::size_t i = 0; i < inodes_.size(); ++i) {
    if (!kept[i]) continue;
    inodes_[count++] = inodes_[i];
    numbers[i] = count;
  }
  inodes_.truncate(count);
  source_.renumber(numbers);
  return numbers;
}

Result<void> Tree::add_entry(InodeNumber directory, std::string_view name, InodeNumber number) {
  assert(!name.empty() && name.size() <= kMaxNameLength);
  if (dentries_.size() == Link::kRootDentry) {
    return fail(ErrorCode::kTooLarge, "more than {} names", Link::kRootDentry);
  }
  const Link link{directory, static_cast<std::uint32_t>(dentries_.size())};
  InodeRecord& parent = inode(directory);
  InodeRecord& child = inode(number);
  if (parent.count++ == 0) parent.data = link.dentry;
  assert(parent.data + parent.count == dentries_.size() + 1 && "entries are contiguous");
  parent.size += 16 + name.size();
  if (child.is_directory()) {
    ++parent.nlink;
    child.parent = directory.value;
    directories_.push_back({number, link});
  } else if (++child.nlink == 2) {
    hard_links_.push_back({number, {}});
  }
  dentries_.push_back(
      {add_string(name), number.value, static_cast<std::uint16_t>(name.size()), child.type()});
  return {};
}

std::uint64_t Tree::add_string(std::string_view text) {
  const std::uint64_t offset = strings_.size();
  strings_.append(text);
  return offset;
}

std::vector<std::uint32_t> Tree::link_files(const std::vector<InodeNumber>& targets) {
  assert(targets.size() == inodes_.size());
  std::vector<bool> kept(inodes_.size());
  for (std::size_t i = 0; i < targets.size(); ++i) {
    const InodeNumber target = targets[i];
    kept[i] = target.value == i + 1;
    if (kept[i]) continue;
    InodeRecord& record = inode(target);
    if (record.nlink == 1) hard_links_.push_back({target, {}});
    // Its data may now be read under the name of another file with the same mtime.
    source_.forget_ctime(target);
    record.nlink += inodes_[i].nlink;
  }
  for (DentryRecord& dentry : dentries_) dentry.inode = targets[dentry.inode - 1].value;
  std::vector<std::uint32_t> numbers = keep_inodes(kept);
  renumber(numbers);
  return numbers;
}

// Numbers stay in ascending order; 0 is an inode that is gone.
void Tree::renumber(const std::vector<std::uint32_t>& numbers) {
  for (DentryRecord& dentry : dentries_) dentry.inode = numbers[dentry.inode - 1];
  for (InodeRecord& record : inodes_) {
    if (record.is_directory()) record.parent = numbers[record.parent - 1];
  }
  for (DirectoryName& name : directories_) {
    name.inode.value = numbers[name.inode.value - 1];
    name.link.directory.value = numbers[name.link.directory.value - 1];
  }
  std::size_t count = 0;
  for (const HardLink& link : hard_links_) {
    const InodeNumber number{numbers[link.inode.value - 1]};
    if (number.value != 0) hard_links_[count++] = {number, {}};
  }
  hard_links_.truncate(count);
  std::ranges::sort(hard_links_, {}, &HardLink::inode);
}

void Tree::finish() {
  std::ranges::sort(hard_links_, {}, &HardLink::inode);
  // A scan adds directories in this order already, and asks for their names before it ends.
  if (!std::ranges::is_sorted(directories_, {}, &DirectoryName::inode)) {
    std::ranges::sort(directories_, {}, &DirectoryName::inode);
  }
}

InodeNumber Tree::inode_of(Link link) const {
  if (link.dentry == Link::kRootDentry) return kRootInode;
  return InodeNumber{dentries_[link.dentry].inode};
}

std::string_view Tree::name_of(Link link) const {
  if (link.dentry == Link::kRootDentry) return {};
  const DentryRecord& dentry = dentries_[link.dentry];
  return strings().substr(dentry.name_offset, dentry.name_length);
}

std::string_view Tree::symlink_target(const InodeRecord& symlink) const {
  return strings().substr(symlink.data, symlink.size);
}

std::span<ExtentRecord> Tree::extents_of(const InodeRecord& file) {
  return {extents_.begin() + file.data, file.count};
}

std::span<const ExtentRecord> Tree::extents_of(const InodeRecord& file) const {
  return extents().subspan(file.data, file.count);
}

Link Tree::link_of(InodeNumber directory) const {
  if (directory == kRootInode) return kRootLink;
  const auto found = std::ranges::lower_bound(directories_, directory, {}, &DirectoryName::inode);
  assert(found != directories_.end() && found->inode == directory);
  return found->link;
}

void Tree::append_path(Link link, std::string& out) const {
  std::vector<std::string_view> names;
  for (; link != kRootLink; link = link_of(link.directory)) names.push_back(name_of(link));
  for (auto name = names.rbegin(); name != names.rend(); ++name) {
    if (name != names.rbegin()) out += '/';
    out += *name;
  }
}

std::string Tree::path_of(Link link) const {
  std::string path;
  append_path(link, path);
  return path;
}

std::optional<Link> Tree::first_link(InodeNumber inode) const {
  const HardLink& found = hard_link(inode);
  return found.has_first() ? std::optional(found.first) : std::nullopt;
}

void Tree::set_first_link(InodeNumber inode, Link link) {
  const_cast<HardLink&>(hard_link(inode)).first = link;
}

const Tree::HardLink& Tree::hard_link(InodeNumber inode) const {
  const auto found = std::ranges::lower_bound(hard_links_, inode, {}, &HardLink::inode);
  assert(found != hard_links_.end() && found->inode == inode);
  return *found;
}

}  // namespace zvfs
