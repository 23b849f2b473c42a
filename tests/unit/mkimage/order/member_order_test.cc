#include "mkimage/order/member_order.h"

#include <stdexcept>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tests/support/made_tree.h"

namespace zvfs {
namespace {

using testing::MadeTree;

// a/first, a/next, b/c/copy, b/file, d/copy
struct Sample {
  Sample() {
    const InodeNumber a = made.directory(kRootInode, "a");
    const InodeNumber b = made.directory(kRootInode, "b");
    const InodeNumber d = made.directory(kRootInode, "d");
    made.file(a, "first", 5);
    made.file(a, "next", 5);
    const InodeNumber c = made.directory(b, "c");
    made.file(b, "file", 5);
    made.file(d, "copy", 5);
    made.file(c, "copy", 5);
    made.tree.finish();
  }
  Link link(std::string_view path) {
    for (const Link link : TreeWalk(made.tree)) {
      if (made.tree.path_of(link) == path) return link;
    }
    throw std::runtime_error("no such path");
  }
  std::string order(Duplicates duplicates, std::size_t listed = 0) {
    FrontFiles front(std::move(duplicates));
    front.listed = listed;
    MemberOrder order(made.tree, front);
    std::string text;
    while (const auto item = order.next()) {
      text += made.tree.path_of(item->link) + (item->listed ? "! " : " ");
    }
    return text;
  }
  MadeTree made;
};

TEST(MemberOrder, IsPathOrderWithoutDuplicates) {
  Sample sample;
  EXPECT_EQ(sample.order({}), " a a/first a/next b b/c b/c/copy b/file d d/copy ");
}

TEST(MemberOrder, PutsGroupsOfCopiesFirst) {
  Sample sample;
  Duplicates duplicates;
  duplicates.add(
      std::vector{sample.link("a/first"), sample.link("b/c/copy"), sample.link("d/copy")});
  duplicates.add(std::vector{sample.link("a/next"), sample.link("b/file")});
  EXPECT_EQ(sample.order(duplicates), " a/first b/c/copy d/copy a/next b/file a b/c b d ");
}

TEST(MemberOrder, PutsSymlinksThatTarMakesLateBeforeTheLeadingFiles) {
  MadeTree made;
  const auto symlink = [&](InodeNumber directory, std::string_view name, std::string_view target) {
    InodeRecord record;
    record.mode = 0120777;
    record.data = made.tree.add_string(target);
    record.size = target.size();
    made.add(directory, name, record);
  };
  const InodeNumber a = made.directory(kRootInode, "a");
  const InodeNumber b = made.directory(kRootInode, "b");
  made.file(a, "file", 5);
  symlink(a, "near", "file..");
  symlink(a, "rooted", "/etc");
  symlink(a, "up", "x/../../b");
  symlink(b, "apart", "/etc");  // no leading file is in b
  made.tree.finish();
  Duplicates files;
  files.add(std::vector{Link{a, static_cast<std::uint32_t>(made.tree.inode(a).data)}});
  const FrontFiles front(std::move(files));
  MemberOrder order(made.tree, front);
  std::string names;
  while (const auto item = order.next()) {
    names += made.tree.path_of(item->link) + ' ';
  }
  EXPECT_EQ(names, " a/rooted a/up a/file a/near a b b/apart ");
}

TEST(MemberOrder, PutsFilesWithoutCopiesFirstAndTellsWhichAreListed) {
  Sample sample;
  Duplicates files;
  files.add(std::vector{sample.link("d/copy")});
  files.add(std::vector{sample.link("a/next")});
  EXPECT_EQ(sample.order(files, 1), " d/copy! a/next a/first a b b/c b/c/copy b/file d ");
}

TEST(MemberOrder, TellsOriginalsFromCopies) {
  Sample sample;
  Duplicates duplicates;
  duplicates.add(
      std::vector{sample.link("a/first"), sample.link("b/c/copy"), sample.link("d/copy")});
  const FrontFiles front(duplicates);
  MemberOrder order(sample.made.tree, front);
  std::string roles;
  while (const auto item = order.next()) {
    roles += fmt::format("{}{} ", item->copies, item->is_copy ? "c" : "");
  }
  EXPECT_EQ(roles, "0 2 0c 0c 0 0 0 0 0 0 ");
}

}  // namespace
}  // namespace zvfs
