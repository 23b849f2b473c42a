#include "mkimage/scan/source_list.h"

#include <filesystem>
#include <vector>

#include <gtest/gtest.h>

#include "tests/support/scratch_directory.h"

namespace zvfs {
namespace {

using testing::ScratchDirectory;
using Names = std::vector<std::string>;
namespace fs = std::filesystem;

// All that is listed, in the order of its paths in the image.
void append_paths(const SourceList::Directory& directory, const std::string& path, Names& out) {
  for (const auto& [name, place] : directory.entries) out.push_back(path + name);
  for (const auto& [name, below] : directory.directories)
    append_paths(below, path + name + '/', out);
}
Names paths_in(const SourceList& list, const fs::path& root) {
  SourceList::Directory directory = list.root();
  for (const fs::path& step : root.relative_path()) {
    directory = SourceList::Directory(directory.directories.at(step));
  }
  Names paths;
  append_paths(directory, "", paths);
  return paths;
}
Names reported(const SourceList& list) {
  Names lines;
  for (const Warning& warning : list.warnings())
    lines.push_back(warning.path + ": " + warning.message);
  return lines;
}

TEST(SourceList, NamesSourcesByTheirLastComponent) {
  SourceList list;
  for (const char* path : {"a", "x/b", "y/c///", "/d", "/x/y/e"})
    EXPECT_TRUE(list.add_source(path));
  const std::map<std::string, std::string> expected = {
      {"a", "."}, {"b", "x"}, {"c", "y"}, {"d", "/"}, {"e", "/x/y"}};
  EXPECT_EQ(list.root().entries, expected);
  EXPECT_TRUE(list.root().place.empty());
}

TEST(SourceList, RefusesSourcesWithoutANameOfTheirOwn) {
  SourceList list;
  for (const char* path : {"", ".", "..", "/", "x/..", "x/."}) EXPECT_FALSE(list.add_source(path));
  EXPECT_TRUE(list.add_source("x/a"));
  EXPECT_FALSE(list.add_source("y/a"));
}

TEST(SourceList, PutsPathsWhereTheySay) {
  SourceList list;
  list.add_paths("./a/b/c\na/d\n\n/etc/passwd\na/d", '\n');
  const SourceList::Directory& a = list.root().directories.at("a");
  EXPECT_EQ(a.place, "./a");
  EXPECT_EQ(a.entries.at("d"), "./a");
  EXPECT_EQ(a.directories.at("b").entries.at("c"), "./a/b");
  EXPECT_EQ(list.root().directories.at("etc").entries.at("passwd"), "/etc");
  EXPECT_FALSE(list.has_whole_root());
}

TEST(SourceList, TakesTheWholeDirectory) {
  SourceList list;
  list.add_paths(std::string_view(".\0./a\0", 6), '\0');
  EXPECT_TRUE(list.has_whole_root());
  list.recursion = SourceList::Recursion::kNone;
  EXPECT_FALSE(list.has_whole_root());
  EXPECT_EQ(list.root().place, ".");
}

TEST(SourceList, LeavesOutWhatIsNoPath) {
  SourceList list;
  list.add_path("../a");
  list.add_path("a/../../b");
  list.add_paths(std::string_view("x\0\0y", 4), '\0');
  list.add_paths(std::string_view("p\0q", 3), '\n');
  list.add_path(std::string(5000, 'x'));
  const auto& entries = list.root().entries;
  EXPECT_EQ(entries, (std::map<std::string, std::string>{{"x", "."}, {"y", "."}}));
  EXPECT_TRUE(list.root().directories.empty());
  const Names lines = reported(list);
  ASSERT_EQ(lines.size(), 5U);
  EXPECT_EQ(lines[0], "../a: path contains '..'; left out");
  EXPECT_EQ(lines[2], "'': empty path; left out");
  EXPECT_NE(lines[3].find("is -0 missing?"), std::string::npos);
}

TEST(SourceList, PutsWhatIsBelowAListedSymlinkWhereThatLeads) {
  const ScratchDirectory directory;
  directory.write("usr/lib/a", "");
  directory.write("usr/lib/sub/b", "");
  fs::create_symlink("usr/lib", directory / "lib");
  fs::create_symlink("../lib/sub", directory / "usr/again");  // by way of another one
  SourceList list;
  for (const char* path : {"lib", "lib/a", "lib/sub/b", "usr/again", "usr/again/b", "usr/lib/c"}) {
    list.add_path((directory / path).string());
  }
  list.follow_listed_symlinks();
  EXPECT_EQ(paths_in(list, directory.path()),
            (Names{"lib", "usr/again", "usr/lib/a", "usr/lib/c", "usr/lib/sub/b"}));
  EXPECT_EQ(reported(list), Names());
}

TEST(SourceList, LeavesSymlinksThatAreNotListedToTheScan) {
  const ScratchDirectory directory;
  directory.write("usr/lib/a", "");
  fs::create_symlink("usr/lib", directory / "lib");
  SourceList list;
  list.add_path((directory / "lib/a").string());
  list.follow_listed_symlinks();
  EXPECT_EQ(paths_in(list, directory.path()), Names{"lib/a"});
}

TEST(SourceList, MakesADirectoryOfASymlinkThatWouldLeadElsewhere) {
  const ScratchDirectory directory;
  directory.write("usr/lib/a", "");
  directory.write("other/x/lib/a", "");
  // The image has here/ in place of its target, from which ../lib is another directory.
  fs::create_directory_symlink("other/x", directory / "here");
  fs::create_directory_symlink("../../usr/lib", directory / "other/x/link");
  fs::create_symlink("gone", directory / "dangling");
  SourceList list;
  for (const char* path : {"here/link", "here/link/a", "dangling", "dangling/a"}) {
    list.add_path((directory / path).string());
  }
  list.follow_listed_symlinks();
  EXPECT_EQ(paths_in(list, directory.path()), (Names{"dangling", "dangling/a", "here/link/a"}));
  ASSERT_EQ(reported(list).size(), 1U);
  EXPECT_NE(reported(list)[0].find("here/link: left out: the symlink would lead elsewhere"),
            std::string::npos);
}

}  // namespace
}  // namespace zvfs
