#include "mkimage/order/listed_files.h"

#include <optional>

#include "base/path_names.h"

namespace zvfs {
namespace {

// The entry of that name, if there is one.
std::optional<Link> find_entry(const Tree& tree, InodeNumber directory, std::string_view name) {
  const InodeRecord& record = tree.inode(directory);
  auto begin = static_cast<std::uint32_t>(record.data);
  std::uint32_t end = begin + record.count;
  while (begin < end) {
    const Link middle{directory, begin + (end - begin) / 2};
    const int order = tree.name_of(middle).compare(name);  // as unsigned bytes
    if (order == 0) return middle;
    if (order < 0) {
      begin = middle.dentry + 1;
    } else {
      end = middle.dentry;
    }
  }
  return std::nullopt;
}

std::optional<Link> find_path(const Tree& tree, std::string_view path) {
  Link link = kRootLink;
  for (std::string_view name = take_first_name(path); !name.empty(); name = take_first_name(path)) {
    const InodeNumber directory = tree.inode_of(link);
    if (!tree.inode(directory).is_directory()) return std::nullopt;
    const std::optional<Link> entry = find_entry(tree, directory, name);
    if (!entry) return std::nullopt;
    link = *entry;
  }
  return link;
}

}  // namespace

ListedFiles::ListedFiles(const Tree& tree, std::span<const std::string> paths)
    : tree_(tree), is_listed_(tree.inodes().size()) {
  for (const std::string& path : paths) add(path);
}

void ListedFiles::add(const std::string& path) {
  const std::optional<Link> link = find_path(tree_, path);
  if (!link) {
    if (missing_++ == 0) first_missing_ = path;
    return;
  }
  const InodeNumber inode = tree_.inode_of(*link);
  if (!tree_.inode(inode).is_regular() || is_listed_[inode.value - 1]) return;
  is_listed_[inode.value - 1] = true;
  links_.push_back(*link);
}

FrontFiles ListedFiles::before(const Duplicates& copies) const {
  FrontFiles front;
  for (const Link& link : links_) front.groups.add(std::span(&link, 1));
  front.listed = links_.size();
  std::vector<Link> others;
  for (std::size_t i = 0; i < copies.size(); ++i) {
    others.clear();
    for (const Link link : copies.group(i)) {
      if (!is_listed_[tree_.inode_of(link).value - 1]) others.push_back(link);
    }
    if (others.size() > 1) front.groups.add(others);
  }
  return front;
}

}  // namespace zvfs
