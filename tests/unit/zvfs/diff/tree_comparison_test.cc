#include "zvfs/diff/tree_comparison.h"

#include <gtest/gtest.h>

#include "tar/posix_acl.h"
#include "tests/support/fake_tree.h"
#include "zvfs/walk/selected_walk.h"

namespace zvfs {
namespace {

using testing::FakeTree;

using Lines = std::vector<std::string>;

// Two trees, alike at first; a test makes them differ.
class TreeComparisonTest : public ::testing::Test {
 protected:
  // Both trees get the same.
  template <typename Make>
  InodeNumber both(const Make& make) {
    make(old_tree);
    return make(new_tree);
  }
  InodeNumber both_files(std::string_view name, std::string_view content = "content") {
    return both([&](FakeTree& tree) { return tree.file(kRootInode, name, std::string(content)); });
  }

  // Differences as rsync writes them.
  Lines compare(std::size_t most = 1000) {
    Lines lines;
    const TreeComparison::Listener listener = [&](const Difference& difference) {
      lines.push_back(itemized(difference));
      return lines.size() < most;
    };
    const TreeWarning warning = [&](std::string_view path, std::string_view message) {
      warnings.push_back(fmt::format("{}: {}", path, message));
    };
    EXPECT_TRUE(TreeComparison(old_tree, new_tree, listener, warning).run());
    return lines;
  }

  FakeTree old_tree;
  FakeTree new_tree;
  Lines warnings;
};

TEST_F(TreeComparisonTest, FindsNothingInEqualTrees) {
  both([](FakeTree& tree) {
    const InodeNumber directory = tree.directory(kRootInode, "dir");
    tree.file(directory, "file", "content");
    tree.symlink(directory, "link", "file");
    return tree.of_mode(kRootInode, "fifo", 0010644);
  });
  EXPECT_EQ(compare(), Lines());
  EXPECT_EQ(warnings, Lines());
}

TEST_F(TreeComparisonTest, FindsAddedAndDeletedInPathOrder) {
  old_tree.file(kRootInode, "a", "");
  both_files("b");
  new_tree.file(kRootInode, "c", "");
  old_tree.file(kRootInode, "d", "");
  new_tree.symlink(kRootInode, "e", "target");
  new_tree.of_mode(kRootInode, "f", 0020600);
  new_tree.of_mode(kRootInode, "g", 0010600);
  EXPECT_EQ(compare(), (Lines{"*deleting   a", ">f+++++++++ c", "*deleting   d",
                              "cL+++++++++ e -> target", "cD+++++++++ f", "cS+++++++++ g"}));
}

TEST_F(TreeComparisonTest, TellsOfANewDirectoryBeforeAndOfADeletedOneAfterWhatItHolds) {
  for (FakeTree* const tree : {&old_tree, &new_tree}) {
    const bool is_old = tree == &old_tree;
    const InodeNumber outer = tree->directory(kRootInode, is_old ? "gone" : "new");
    const InodeNumber inner = tree->directory(outer, "inner");
    tree->file(inner, "file", "");
  }
  EXPECT_EQ(compare(),
            (Lines{"*deleting   gone/inner/file", "*deleting   gone/inner/", "*deleting   gone/",
                   "cd+++++++++ new/", "cd+++++++++ new/inner/", ">f+++++++++ new/inner/file"}));
}

TEST_F(TreeComparisonTest, ComparesNamesByTheirBytes) {
  old_tree.file(kRootInode, "B", "");
  old_tree.file(kRootInode, "a", "");
  new_tree.file(kRootInode, "a", "");
  new_tree.file(kRootInode, "\xc3\xa4", "");
  EXPECT_EQ(compare(), (Lines{"*deleting   B", ">f+++++++++ \xc3\xa4"}));
}

// However many names a tree gives at a time.
TEST_F(TreeComparisonTest, ReadsLongDirectories) {
  for (int i = 0; i < 50; ++i) {
    const std::string name = fmt::format("{:02}", i);
    if (i % 7 != 0) old_tree.file(kRootInode, name, "");
    if (i % 5 != 0) new_tree.file(kRootInode, name, "");
  }
  new_tree.names_at_a_time = 3;
  Lines expected;
  for (int i = 0; i < 50; ++i) {
    const std::string name = fmt::format("{:02}", i);
    if (i % 7 == 0 && i % 5 != 0) expected.push_back(">f+++++++++ " + name);
    if (i % 5 == 0 && i % 7 != 0) expected.push_back("*deleting   " + name);
  }
  EXPECT_EQ(compare(), expected);
}

TEST_F(TreeComparisonTest, TellsOfAChangedTypeAsAdded) {
  old_tree.file(kRootInode, "a", "");
  new_tree.symlink(kRootInode, "a", "x");
  const InodeNumber directory = old_tree.directory(kRootInode, "b");
  old_tree.file(directory, "inside", "");
  new_tree.file(kRootInode, "b", "");
  old_tree.file(kRootInode, "c", "");
  new_tree.file(new_tree.directory(kRootInode, "c"), "inside", "");
  EXPECT_EQ(compare(), (Lines{"cL+++++++++ a -> x", ">f+++++++++ b", "*deleting   b/inside",
                              "cd+++++++++ c/", ">f+++++++++ c/inside"}));
}

TEST_F(TreeComparisonTest, ComparesEachAttribute) {
  const InodeNumber file = both_files("a");
  const struct {
    std::string_view line;
    std::function<void(InodeRecord&)> change;
  } cases[] = {
      {".f...p..... a", [](auto& i) { i.mode = 0100600; }},
      {".f...p..... a", [](auto& i) { i.mode |= 04000; }},
      {".f....o.... a", [](auto& i) { i.uid = 1; }},
      {".f.....g... a", [](auto& i) { i.gid = 1; }},
      {".f..t...... a", [](auto& i) { i.mtime_seconds = -1; }},
      {".f..t...... a", [](auto& i) { i.mtime_nanoseconds = 1; }},
      {".f..tpog... a",
       [](auto& i) {
         i.mode = 0100600;
         i.uid = i.gid = 1;
         i.mtime_seconds = 5;
       }},
  };
  const InodeRecord same = new_tree[file].record;
  for (const auto& [line, change] : cases) {
    new_tree[file].record = same;
    change(new_tree[file].record);
    EXPECT_EQ(compare(), Lines{std::string(line)});
  }
}

TEST_F(TreeComparisonTest, PassesOverWhatNoFileHas) {
  const InodeNumber file = both_files("a");
  new_tree[file].record.data = 77;  // where it lies
  new_tree[file].record.count = 7;
  new_tree[file].record.allocated = 3;
  new_tree[file].record.flags = InodeRecord::kExtentList;
  EXPECT_EQ(compare(), Lines());
}

TEST_F(TreeComparisonTest, ComparesTheRoot) {
  new_tree[kRootInode].record.mode = 0040700;
  EXPECT_EQ(compare(), Lines{".d...p..... ./"});
}

TEST_F(TreeComparisonTest, ComparesContent) {
  both_files("same");
  old_tree.file(kRootInode, "size", "short");
  new_tree.file(kRootInode, "size", "longer");
  old_tree.file(kRootInode, "x", "content");
  new_tree.file(kRootInode, "x", "contest");
  EXPECT_EQ(compare(), (Lines{">fcs....... size", ">fc........ x"}));
  EXPECT_EQ(old_tree.opened, (Lines{"same", "x"}));  // the sizes say enough
}

TEST_F(TreeComparisonTest, ComparesTargetsAndDevices) {
  old_tree.symlink(kRootInode, "a", "x");
  new_tree.symlink(kRootInode, "a", "y");
  const InodeNumber device =
      both([](FakeTree& tree) { return tree.of_mode(kRootInode, "b", 0060600); });
  new_tree[device].record.set_device(8, 1);
  EXPECT_EQ(compare(), (Lines{"cLc........ a -> y", "cDc........ b"}));
}

// --- Extended attributes

ByteVector acl(std::initializer_list<AclEntry> entries) {
  ByteVector bytes;
  ByteWriter writer(bytes);
  writer.u32(2);
  for (const AclEntry& entry : entries) {
    writer.u16(entry.tag);
    writer.u16(entry.permissions);
    writer.u32(entry.id);
  }
  return bytes;
}

class AttributeComparison : public TreeComparisonTest {
 protected:
  Lines compare_sets(std::vector<Xattr> old_set, std::vector<Xattr> new_set) {
    old_tree[file_].record.xattr_set = old_set.empty() ? 0 : 1;
    new_tree[file_].record.xattr_set = new_set.empty() ? 0 : 9;  // of another image
    old_tree[file_].xattrs = XattrSet(std::move(old_set));
    new_tree[file_].xattrs = XattrSet(std::move(new_set));
    return compare();
  }

  const InodeNumber file_ = both_files("a");
};

TEST_F(AttributeComparison, ComparesNamesAndValues) {
  const Xattr a{"user.a", ByteVector(1)};
  const Xattr other{"user.a", ByteVector(2)};
  const Xattr b{"user.b", ByteVector(1)};
  EXPECT_EQ(compare_sets({a}, {a}), Lines());
  const Lines differ = {".f........x a"};
  EXPECT_EQ(compare_sets({}, {a}), differ);
  EXPECT_EQ(compare_sets({a}, {}), differ);
  EXPECT_EQ(compare_sets({a}, {other}), differ);
  EXPECT_EQ(compare_sets({a}, {b}), differ);
}

TEST_F(AttributeComparison, HoldsAclsApart) {
  const AclEntry owner{AclEntry::kUserObject, 6, AclEntry::kNoId};
  const AclEntry user{AclEntry::kUser, 6, 1000};
  const AclEntry mask{AclEntry::kMask, 6, AclEntry::kNoId};
  const auto access = [](std::initializer_list<AclEntry> entries) {
    return Xattr{std::string(kAccessAclName), acl(entries)};
  };
  const Lines differ = {".f.......a. a"};
  EXPECT_EQ(compare_sets({access({owner, user, mask})}, {access({owner, user, mask})}), Lines());
  EXPECT_EQ(compare_sets({access({owner, user})}, {}), differ);
  EXPECT_EQ(compare_sets({access({user})}, {access({{AclEntry::kUser, 6, 1001}})}), differ);
  EXPECT_EQ(compare_sets({access({user})}, {access({{AclEntry::kUser, 4, 1000}})}), differ);
  // The mode says these.
  AclEntry other_mask = mask;
  other_mask.permissions = 4;
  EXPECT_EQ(compare_sets({access({owner, user, mask})}, {access({owner, user, other_mask})}),
            Lines());
  // Those of a default ACL no mode says.
  EXPECT_EQ(compare_sets({{std::string(kDefaultAclName), acl({owner})}}, {}), differ);
}

// --- Hard links

TEST_F(TreeComparisonTest, FindsNothingInEqualLinks) {
  const InodeNumber file = both_files("a");
  old_tree.link(kRootInode, "b", file);
  new_tree.link(kRootInode, "b", file);
  EXPECT_EQ(compare(), Lines());
  EXPECT_EQ(new_tree.opened, Lines{"a"});  // once for each file
}

TEST_F(TreeComparisonTest, FindsAddedLinks) {
  const InodeNumber file = both_files("a");
  new_tree.link(kRootInode, "b", file);
  EXPECT_EQ(compare(), Lines{"hf+++++++++ b => a"});
}

TEST_F(TreeComparisonTest, FindsLinksOfANewFile) {
  const InodeNumber file = new_tree.file(kRootInode, "a", "content");
  new_tree.link(kRootInode, "b", file);
  new_tree.link(kRootInode, "c", file);
  EXPECT_EQ(compare(), (Lines{">f+++++++++ a", "hf+++++++++ b => a", "hf+++++++++ c => a"}));
}

TEST_F(TreeComparisonTest, FindsFilesThatAreNowLinked) {
  both_files("a");
  old_tree.file(kRootInode, "b", "content");
  new_tree.link(kRootInode, "b", {2});
  EXPECT_EQ(compare(), Lines{"hf          b => a"});
}

TEST_F(TreeComparisonTest, FindsFilesThatAreNoLongerLinked) {
  both_files("a");
  old_tree.link(kRootInode, "b", {2});
  new_tree.file(kRootInode, "b", "content");
  EXPECT_EQ(compare(), Lines{"cf          b =/ a"});
}

TEST_F(TreeComparisonTest, TellsOfAMovedNameAsDeletedAndAdded) {
  old_tree.file(kRootInode, "a", "content");
  new_tree.file(kRootInode, "z", "content");
  EXPECT_EQ(compare(), (Lines{"*deleting   a", ">f+++++++++ z"}));
}

TEST_F(TreeComparisonTest, FollowsALinkedFileThatMoved) {
  // In both trees all names are of one file, "b" and another one.
  const InodeNumber old_file = old_tree.file(kRootInode, "a", "content");
  old_tree.link(kRootInode, "b", old_file);
  const InodeNumber new_file = new_tree.file(kRootInode, "b", "content");
  new_tree.link(kRootInode, "c", new_file);
  EXPECT_EQ(compare(), (Lines{"*deleting   a", "hf+++++++++ c => b"}));
}

// The new name comes first, so that the names which were linked already follow another file.
TEST_F(TreeComparisonTest, TellsOnceOfALinkedFileThatANewNameLeads) {
  const InodeNumber old_file = old_tree.file(kRootInode, "b", "content");
  old_tree.link(kRootInode, "c", old_file);
  const InodeNumber new_file = new_tree.file(kRootInode, "a", "content");
  new_tree.link(kRootInode, "b", new_file);
  new_tree.link(kRootInode, "c", new_file);
  EXPECT_EQ(compare(), (Lines{">f+++++++++ a", "hf          b => a"}));
}

// --- What cannot be read

TEST_F(TreeComparisonTest, GivesErrorsOfTheRoots) {
  const TreeComparison::Listener listener = [](const Difference&) { return true; };
  const TreeWarning warning = [](std::string_view, std::string_view) {};
  for (FakeTree* const tree : {&old_tree, &new_tree}) {
    (*tree)[kRootInode].is_unreadable = true;
    const auto done = TreeComparison(old_tree, new_tree, listener, warning).run();
    ASSERT_FALSE(done);
    EXPECT_EQ(done.error().code, ErrorCode::kIo);
    (*tree)[kRootInode].is_unreadable = false;
  }
}

TEST_F(TreeComparisonTest, WarnsOfInodesThatCannotBeRead) {
  const InodeNumber file = both_files("a");
  old_tree[file].is_unreadable = true;
  new_tree[file].record.uid = 5;
  new_tree.file(kRootInode, "b", "");
  EXPECT_EQ(compare(), Lines{">f+++++++++ b"});  // and it goes on
  EXPECT_EQ(warnings, Lines{"a: inode 2"});
}

TEST_F(TreeComparisonTest, WarnsOfContentThatCannotBeRead) {
  const InodeNumber file = both_files("a");
  old_tree[file].is_damaged = true;
  new_tree[file].record.uid = 5;
  EXPECT_EQ(compare(), Lines{".f....o.... a"});  // what can be compared is
  EXPECT_EQ(warnings, Lines{"a: damaged inode 2"});
}

TEST_F(TreeComparisonTest, WarnsOfDirectoriesThatCannotBeListed) {
  const InodeNumber directory =
      both([](FakeTree& tree) { return tree.directory(kRootInode, "dir"); });
  both_files("file");
  new_tree[directory].is_damaged = true;
  EXPECT_EQ(compare(), Lines());
  EXPECT_EQ(warnings, Lines{"dir: damaged inode 2"});
}

TEST_F(TreeComparisonTest, WarnsOfNamesOutOfOrder) {
  for (const std::size_t at_a_time : {1U, 2U, 100U}) {
    FakeTree disordered;
    disordered.names_at_a_time = at_a_time;
    disordered.file(kRootInode, "b", "");
    disordered.file(kRootInode, "a", "");
    new_tree = disordered;
    compare();
    EXPECT_EQ(warnings, Lines{".: its entries are out of order"}) << at_a_time;
    warnings.clear();
  }
  FakeTree twice;
  twice.file(kRootInode, "a", "");
  twice.file(kRootInode, "a", "");
  new_tree = twice;
  compare();
  EXPECT_EQ(warnings, Lines{".: its entries are out of order"});
}

TEST_F(TreeComparisonTest, EndsWhereDirectoriesMakeACycle) {
  const InodeNumber directory = new_tree.directory(kRootInode, "dir");
  new_tree.link(directory, "again", directory);
  EXPECT_EQ(compare(), (Lines{"cd+++++++++ dir/", "cd+++++++++ dir/again/"}));
  EXPECT_EQ(warnings, Lines{"dir/again: directory inode 2 appears twice"});
}

TEST_F(TreeComparisonTest, EndsWhereDirectoriesAreNestedTooDeep) {
  InodeNumber at = kRootInode;
  for (std::size_t i = 0; i < SelectedWalk::kMaxDepth; ++i) at = new_tree.directory(at, "d");
  std::size_t count = 0;
  const TreeComparison::Listener listener = [&](const Difference&) { return ++count > 0; };
  std::size_t warned = 0;
  const TreeWarning warning = [&](std::string_view, std::string_view message) {
    EXPECT_EQ(message, "nested deeper than 65536 directories");
    ++warned;
  };
  EXPECT_TRUE(TreeComparison(old_tree, new_tree, listener, warning).run());
  EXPECT_EQ(count, SelectedWalk::kMaxDepth);
  EXPECT_EQ(warned, 1U);
}

TEST_F(TreeComparisonTest, StopsWhenTheListenerHasEnough) {
  for (const char* const name : {"a", "b", "c"}) new_tree.file(kRootInode, name, "");
  EXPECT_EQ(compare(2).size(), 2U);
}

}  // namespace
}  // namespace zvfs
