#include "mkimage/scan/list_scanner.h"

#include <fcntl.h>
#include <string>
#include <sys/stat.h>
#include <vector>

#include <gtest/gtest.h>

#include "tests/support/scanned_tree.h"
#include "tests/support/scratch_directory.h"

namespace zvfs {
namespace {

using testing::ScratchDirectory;
namespace fs = std::filesystem;

struct Scan : testing::ScannedTree {
  explicit Scan(const SourceList& list) { scan<ListScanner>(list, EntryRules(), ExcludedFiles()); }
};

void set_mtime(const fs::path& path, time_t seconds) {
  const timespec times[2] = {{0, UTIME_NOW}, {seconds, 0}};
  ASSERT_EQ(::utimensat(AT_FDCWD, path.c_str(), times, 0), 0);
}

// By their numbers: a directory's entries at once, then those of its first subdirectory.
std::vector<std::string> in_order_of_numbers(const Scan& scan) {
  std::vector<std::string> paths(scan.numbers.size());
  for (const auto& [path, number] : scan.numbers) paths[number.value - 1] = path;
  return paths;
}

TEST(ListScanner, PutsSourcesBelowARootAsOldAsTheNewest) {
  const ScratchDirectory directory;
  directory.write("x/a/deep/file", "");
  directory.write("y/b", "");
  directory.write("c", "");
  set_mtime(directory / "x/a", 100);
  set_mtime(directory / "y/b", 300);
  set_mtime(directory / "c", 200);
  SourceList list;
  for (const char* path : {"c", "y/b", "x/a"}) {
    ASSERT_TRUE(list.add_source((directory / path).string()));
  }
  Scan scan(list);
  EXPECT_EQ(scan.paths, std::vector<std::string>({"", "a", "a/deep", "a/deep/file", "b", "c"}));
  EXPECT_EQ(scan.record("").mtime(), (Timestamp{300, 0}));
  EXPECT_EQ(scan.tree.source().places().directories.at(scan.numbers.at("a")),
            (directory / "x/a").string());
  EXPECT_TRUE(scan.reported.empty());
}

TEST(ListScanner, AddsAllOfListedDirectoriesAndOnlyTheNamesOfOthers) {
  const ScratchDirectory directory;
  for (const char* path : {"p/all/s/x", "p/all/t", "p/other", "p/way/left-out", "p/way/z", "q/r"}) {
    directory.write(path, "");
  }
  const std::string root = directory.path().relative_path();
  SourceList list;
  for (const char* path : {"p/all", "p/way/z", "q/r"}) list.add_path((directory / path).string());
  Scan scan(list);
  std::vector<std::string> below;
  for (const std::string& path : in_order_of_numbers(scan)) {
    if (path.starts_with(root + '/')) below.push_back(path.substr(root.size() + 1));
  }
  EXPECT_EQ(below, std::vector<std::string>({"p", "q", "p/all", "p/way", "p/all/s", "p/all/t",
                                             "p/all/s/x", "p/way/z", "q/r"}));
  EXPECT_TRUE(scan.reported.empty());
}

TEST(ListScanner, LeavesListedDirectoriesEmptyWithoutRecursion) {
  const ScratchDirectory directory;
  for (const char* path : {"d/a", "d/e/b", "d/e/c"}) directory.write(path, "");
  const std::string d = (directory / "d").relative_path();
  SourceList list;
  list.recursion = SourceList::Recursion::kNone;
  for (const char* path : {"d", "d/e/b"}) list.add_path((directory / path).string());
  Scan scan(list);
  EXPECT_FALSE(scan.numbers.contains(d + "/a"));
  EXPECT_TRUE(scan.numbers.contains(d + "/e/b"));
  EXPECT_FALSE(scan.numbers.contains(d + "/e/c"));
}

TEST(ListScanner, FollowsSymlinksOnTheWayToWhatIsListed) {
  const ScratchDirectory directory;
  directory.write("usr/lib/os-release", "x");
  ASSERT_EQ(::chmod((directory / "usr/lib").c_str(), 0751), 0);
  fs::create_directory_symlink("usr/lib", directory / "lib");
  SourceList list;
  list.add_path((directory / "lib/os-release").string());
  Scan scan(list);
  const std::string lib = (directory / "lib").relative_path();
  EXPECT_EQ(scan.record(lib).mode, 0040751);
  EXPECT_EQ(scan.record(lib + "/os-release").size, 1U);
  EXPECT_TRUE(scan.reported.empty());
}

TEST(ListScanner, NamesEachListedPathThatIsLost) {
  const ScratchDirectory directory;
  directory.write("file", "x");
  SourceList list;
  for (const char* path : {"no/such", "no/deep/file", "file", "file/x", "../y", "file/z/u"}) {
    list.add_path(directory.path().string() + '/' + path);
  }
  Scan scan(list);
  const std::string root = directory.path().relative_path();
  std::vector<std::string> said;
  for (const Warning& warning : scan.reported)
    said.push_back(warning.path + ": " + warning.message);
  const std::string not_there = ": cannot stat: No such file or directory";
  const std::string no_directory = ": cannot stat: Not a directory";
  EXPECT_EQ(said, std::vector<std::string>(
                      {directory.path().string() + "/../y: path contains '..'; left out",
                       root + "/file/x" + no_directory, root + "/file/z/u" + no_directory,
                       root + "/no/such" + not_there, root + "/no/deep/file" + not_there}));
  EXPECT_EQ(scan.warnings.unreadable(), 5U);
  EXPECT_TRUE(scan.numbers.contains(root + "/file"));
}

}  // namespace
}  // namespace zvfs
