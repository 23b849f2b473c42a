#include "mkimage/order/link_maker.h"

#include <algorithm>
#include <tuple>

namespace zvfs {
namespace {

constexpr std::size_t kCompareSize = std::size_t{256} << 10;

auto record_of(const InodeRecord& inode) {
  return std::tuple(inode.mode, inode.uid, inode.gid, inode.size, inode.mtime(), inode.xattr_set);
}

}  // namespace

LinkMaker::LinkMaker(const Tree& tree, int root_fd, Warnings& warnings)
    : tree_(tree),
      first_reader_(tree, root_fd, warnings),
      second_reader_(tree, root_fd, warnings),
      first_(kCompareSize),
      second_(kCompareSize) {
  for (std::uint32_t i = 1; i <= tree.inodes().size(); ++i) targets_.push_back(InodeNumber{i});
}

Duplicates LinkMaker::take_larger_than(std::uint64_t bound, const Duplicates& duplicates) {
  Duplicates others;
  for (std::size_t i = 0; i < duplicates.size(); ++i) {
    const auto group = duplicates.group(i);
    const std::uint64_t size = tree_.inode(tree_.inode_of(group.front())).size;
    if (size <= bound / group.size()) {
      others.add(group);
      continue;
    }
    const std::vector<Link> distinct = compare_group(group);
    if (distinct.size() > 1 && size <= bound / 2) others.add(distinct);
  }
  return others;
}

// Compares each file with those before it that have equal metadata and became no links. Returns all
// that became no links.
std::vector<Link> LinkMaker::compare_group(std::span<const Link> group) {
  std::vector<Link> distinct;
  for (const Link link : group) {
    const InodeNumber number = tree_.inode_of(link);
    const auto is_equal = [&](Link other) {
      return record_of(tree_.inode(tree_.inode_of(other))) == record_of(tree_.inode(number)) &&
             are_equal(other, link);
    };
    const auto target = std::ranges::find_if(distinct, is_equal);
    if (target == distinct.end()) {
      distinct.push_back(link);
    } else {
      targets_[number.value - 1] = tree_.inode_of(*target);
      found_any_ = true;
    }
  }
  return distinct;
}

bool LinkMaker::are_equal(Link first, Link second) {
  const std::uint64_t size = tree_.inode(tree_.inode_of(first)).size;
  for (std::uint64_t offset = 0; offset < size; offset += kCompareSize) {
    const auto length =
        static_cast<std::size_t>(std::min<std::uint64_t>(kCompareSize, size - offset));
    const MutableByteSpan a = MutableByteSpan(first_).first(length);
    const MutableByteSpan b = MutableByteSpan(second_).first(length);
    first_reader_.read(first, offset, a);
    second_reader_.read(second, offset, b);
    if (!std::ranges::equal(a, b)) return false;
  }
  return true;
}

}  // namespace zvfs
