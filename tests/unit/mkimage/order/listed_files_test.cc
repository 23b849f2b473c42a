#include "mkimage/order/listed_files.h"

#include <stdexcept>

#include <gtest/gtest.h>

#include "tests/support/made_tree.h"
#include "tree/tree_walk.h"

namespace zvfs {
namespace {

using testing::MadeTree;
using Paths = std::vector<std::string>;

// a/, a/one, a/two, b (a symlink's mode), c and d, which are one file, e
struct Sample {
  Sample() {
    const InodeNumber a = made.directory(kRootInode, "a");
    made.of_type(kRootInode, "b", 0120777);
    const InodeNumber linked = made.file(kRootInode, "c", 5);
    made.link(kRootInode, "d", linked);
    made.file(kRootInode, "e", 5);
    made.file(a, "one", 5);
    made.file(a, "two", 5);
    made.tree.finish();
  }
  Link link(std::string_view path) {
    for (const Link link : TreeWalk(made.tree)) {
      if (made.tree.path_of(link) == path) return link;
    }
    throw std::runtime_error("no such path");
  }
  // The groups of front files, and a bar behind the listed ones.
  std::string leading(const Paths& paths, const Duplicates& copies = {}) {
    const FrontFiles front = ListedFiles(made.tree, paths).before(copies);
    std::string text;
    for (std::size_t i = 0; i < front.groups.size(); ++i) {
      if (i == front.listed) text += "| ";
      for (const Link link : front.groups.group(i)) text += made.tree.path_of(link) + ",";
      text += ' ';
    }
    return text;
  }
  MadeTree made;
};

TEST(ListedFiles, AreInTheOrderOfTheList) {
  EXPECT_EQ(Sample().leading({"e", "a/two", "a/one"}), "e, a/two, a/one, ");
}

TEST(ListedFiles, TakeSlashesAndDotsForNothing) {
  EXPECT_EQ(Sample().leading({"/e", "./a//two", "/./a/./one"}), "e, a/two, a/one, ");
}

TEST(ListedFiles, PassOverWhatHasNoData) { EXPECT_EQ(Sample().leading({"a", "b", "", "/"}), ""); }

TEST(ListedFiles, CountAFileOnce) {
  EXPECT_EQ(Sample().leading({"d", "c", "e", "d", "e"}), "d, e, ");
}

TEST(ListedFiles, AreNoCopiesOfOthers) {
  Sample sample;
  Duplicates copies;
  copies.add(
      std::vector{sample.link("a/one"), sample.link("a/two"), sample.link("c"), sample.link("e")});
  EXPECT_EQ(sample.leading({"a/one"}, copies), "a/one, | a/two,c,e, ");
  // By any of its names.
  EXPECT_EQ(sample.leading({"d", "a/two"}, copies), "d, a/two, | a/one,e, ");
  EXPECT_EQ(sample.leading({"d", "a/two", "e"}, copies), "d, a/two, e, ");
}

TEST(ListedFiles, TellWhatIsMissing) {
  Sample sample;
  const Paths paths = {"a/one", "a/three", "a/one/more", "../e", "z", "\xff"};
  const ListedFiles listed(sample.made.tree, paths);
  EXPECT_EQ(listed.missing(), 5U);
  EXPECT_EQ(listed.first_missing(), "a/three");
}

}  // namespace
}  // namespace zvfs
