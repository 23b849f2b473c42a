#include "tree/tree.h"

#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tests/support/made_tree.h"
#include "tree/tree_walk.h"

namespace zvfs {
namespace {

using testing::MadeTree;

// As a scan adds it: the entries of a directory at once, then those of its first subdirectory.
//     / { a/ { file, sub/ { deep } }, b, c/ { link to b } }
struct Example : MadeTree {
  Example() {
    const InodeNumber a = directory(kRootInode, "a");
    const InodeNumber b = file(kRootInode, "b", 10);
    const InodeNumber c = directory(kRootInode, "c");
    file(a, "file", 20);
    const InodeNumber sub = directory(a, "sub");
    file(sub, "deep", 30);
    link(c, "link", b);
    tree.finish();
  }
};

std::vector<std::string> walk(const Tree& tree) {
  std::vector<std::string> paths;
  for (const Link link : TreeWalk(tree)) {
    paths.push_back(tree.path_of(link));
  }
  return paths;
}

TEST(Tree, IsWalkedInPathOrder) {
  const Example example;
  EXPECT_EQ(walk(example.tree), std::vector<std::string>({"", "a", "a/file", "a/sub", "a/sub/deep",
                                                          "b", "c", "c/link"}));
}

TEST(Tree, OfARootAloneIsWalked) {
  const Tree tree;
  EXPECT_EQ(walk(tree), std::vector<std::string>({""}));
}

TEST(Tree, NumbersChildrenOfADirectoryContiguously) {
  const Example example;
  std::vector<std::uint32_t> inodes;
  for (const DentryRecord& dentry : example.tree.dentries()) inodes.push_back(dentry.inode);
  EXPECT_EQ(inodes, std::vector<std::uint32_t>({2, 3, 4, 5, 6, 7, 3}));
}

TEST(Tree, CountsLinksSizesAndParents) {
  const Example example;
  const InodeRecord& root = example.tree.inode(kRootInode);
  EXPECT_EQ(root.nlink, 4U);  // ".", "..", and ".." of a and c
  EXPECT_EQ(root.size, 3 * (16 + 1U));
  EXPECT_EQ(root.count, 3U);
  EXPECT_EQ(root.data, 0U);
  EXPECT_EQ(root.parent, 1U);
  const InodeRecord& sub = example.tree.inode(InodeNumber{6});
  EXPECT_EQ(sub.nlink, 2U);
  EXPECT_EQ(sub.parent, 2U);
  EXPECT_EQ(sub.data, 5U);
  EXPECT_EQ(example.tree.inode(InodeNumber{3}).nlink, 2U);
  EXPECT_EQ(example.tree.inode(InodeNumber{7}).nlink, 1U);
}

TEST(Tree, RemembersTheFirstNameOfALinkedFile) {
  Example example;
  EXPECT_EQ(example.tree.first_link(InodeNumber{3}), std::nullopt);
  example.tree.set_first_link(InodeNumber{3}, {kRootInode, 1});
  EXPECT_EQ(example.tree.first_link(InodeNumber{3}), (Link{kRootInode, 1}));
}

TEST(Tree, LinksFiles) {
  testing::MadeTree made;
  const InodeNumber a = made.directory(kRootInode, "a");
  const InodeNumber first = made.file(kRootInode, "first", 5);
  const InodeNumber b = made.directory(kRootInode, "z");
  made.file(a, "copy", 5);
  const InodeNumber other = made.file(b, "other", 6);
  made.link(b, "same", other);
  made.tree.finish();
  std::vector<InodeNumber> targets;
  for (std::uint32_t i = 1; i <= made.tree.inodes().size(); ++i) targets.push_back(InodeNumber{i});
  targets[4] = first;  // of a/copy, inode 5
  const auto numbers = made.tree.link_files(targets);

  EXPECT_EQ(numbers, (std::vector<std::uint32_t>{1, 2, 3, 4, 0, 5}));
  EXPECT_EQ(made.tree.inodes().size(), 5U);
  EXPECT_EQ(made.tree.inode(first).nlink, 2U);
  const InodeNumber moved{5};
  EXPECT_EQ(made.tree.inode(moved).nlink, 2U);
  EXPECT_EQ(made.tree.inode(moved).size, 6U);
  EXPECT_EQ(made.tree.first_link(first), std::nullopt);
  EXPECT_EQ(made.tree.first_link(moved), std::nullopt);
  std::string paths;
  for (const Link link : TreeWalk(made.tree)) {
    paths += fmt::format("{}:{} ", made.tree.path_of(link), made.tree.inode_of(link).value);
  }
  EXPECT_EQ(paths, ":1 a:2 a/copy:3 first:3 z:4 z/other:5 z/same:5 ");
}

}  // namespace
}  // namespace zvfs
