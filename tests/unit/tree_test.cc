#include "mkimage/tree.h"

#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "mkimage/tree_walk.h"
#include "tests/support/made_tree.h"

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
  TreeWalk walk(tree);
  for (Link link = walk.next(); link.directory.value != 0; link = walk.next()) {
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
  EXPECT_EQ(example.tree.first_link(InodeNumber{3}), Link());
  example.tree.first_link(InodeNumber{3}) = {kRootInode, 1};
  EXPECT_EQ(std::as_const(example.tree).first_link(InodeNumber{3}), (Link{kRootInode, 1}));
}

}  // namespace
}  // namespace zvfs
