#include "mkimage/scan/scanner.h"

#include <fcntl.h>
#include <string>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>
#include <vector>

#include <gtest/gtest.h>

#include "tests/support/ordinary_user.h"
#include "tests/support/scanned_tree.h"
#include "tests/support/scratch_directory.h"

namespace zvfs {
namespace {

using testing::ScratchDirectory;
namespace fs = std::filesystem;

struct Scan : testing::ScannedTree {
  explicit Scan(const fs::path& root, ExcludedFiles excluded = {}, const EntryRules& rules = {}) {
    const UniqueFd fd(::open(root.c_str(), O_RDONLY | O_DIRECTORY));
    scan<Scanner>(fd.get(), rules, std::move(excluded));
  }
};

TEST(Scanner, ListsInTheOrderOfBytes) {
  const ScratchDirectory directory;
  for (const char* name : {"b/2", "b/1", "a", "a.txt", "a-b/x", "Z", "\xff", "\xc3\xa9"}) {
    directory.write(name, "");
  }
  Scan scan(directory.path());
  EXPECT_EQ(scan.paths, std::vector<std::string>({"", "Z", "a", "a-b", "a-b/x", "a.txt", "b", "b/1",
                                                  "b/2", "\xc3\xa9", "\xff"}));
  EXPECT_TRUE(scan.reported.empty());
}

TEST(Scanner, RecordsMetadata) {
  const ScratchDirectory directory;
  const fs::path file = directory.write("file", "12345");
  ASSERT_EQ(::chmod(file.c_str(), 04751), 0);
  const timespec times[2] = {{0, UTIME_NOW}, {-100, 123'456'789}};
  ASSERT_EQ(::utimensat(AT_FDCWD, file.c_str(), times, 0), 0);
  fs::create_symlink("some/target", directory / "symlink");
  ASSERT_EQ(::mkfifo((directory / "fifo").c_str(), 0640), 0);

  Scan scan(directory.path());
  const InodeRecord& record = scan.record("file");
  EXPECT_EQ(record.mode, 0104751);
  EXPECT_EQ(record.uid, ::getuid());
  EXPECT_EQ(record.size, 5U);
  EXPECT_EQ(record.allocated, 5U);
  EXPECT_EQ(record.nlink, 1U);
  EXPECT_EQ(record.mtime_seconds, -100);
  EXPECT_EQ(record.mtime_nanoseconds, 123'456'789U);
  EXPECT_EQ(record.data, 0U);
  const InodeRecord& symlink = scan.record("symlink");
  EXPECT_EQ(scan.tree.symlink_target(symlink), "some/target");
  EXPECT_EQ(symlink.size, 11U);
  EXPECT_EQ(scan.record("fifo").mode & 0170000, 0010000);
}

TEST(Scanner, GivesAFileWithSeveralNamesOneInode) {
  const ScratchDirectory directory;
  const fs::path file = directory.write("z", "x");
  fs::create_directories(directory / "a");
  fs::create_hard_link(file, directory / "a/x");
  Scan scan(directory.path());
  EXPECT_EQ(scan.numbers.at("z"), scan.numbers.at("a/x"));
  EXPECT_EQ(scan.record("z").nlink, 2U);
}

TEST(Scanner, CountsOnlyLinksInTheTree) {
  const ScratchDirectory directory;
  const fs::path file = directory.write("tree/file", "x");
  fs::create_hard_link(file, directory / "outside");
  Scan scan(directory / "tree");
  EXPECT_EQ(scan.record("file").nlink, 1U);
}

TEST(Scanner, FindsHoles) {
  const ScratchDirectory directory;
  const fs::path file = directory.write("sparse", "begin");
  fs::resize_file(file, 10 << 20);
  fs::resize_file(directory.write("hole", ""), 1 << 20);
  Scan scan(directory.path());
  const InodeRecord& sparse = scan.record("sparse");
  EXPECT_TRUE(sparse.has_extent_list());
  EXPECT_EQ(sparse.size, 10U << 20);
  EXPECT_EQ(sparse.count, 1U);
  EXPECT_LT(sparse.allocated, 1U << 20);
  const InodeRecord& hole = scan.record("hole");
  EXPECT_TRUE(hole.has_extent_list());
  EXPECT_EQ(hole.count, 0U);
  EXPECT_EQ(hole.allocated, 0U);
}

TEST(Scanner, ReadsExtendedAttributes) {
  const ScratchDirectory directory;
  const fs::path file = directory.write("file", "");
  if (::setxattr(file.c_str(), "user.b", "value", 5, 0) != 0) {
    GTEST_SKIP() << "no user attributes in " << directory.path();
  }
  ASSERT_EQ(::setxattr(file.c_str(), "user.a", "", 0, 0), 0);
  const std::string large(3000, 'x');
  ASSERT_EQ(::setxattr(file.c_str(), "user.large", large.data(), large.size(), 0), 0);
  Scan scan(directory.path());
  const XattrSet set = scan.tree.xattrs().get(scan.record("file").xattr_set);
  ASSERT_EQ(set.xattrs().size(), 3U);
  EXPECT_EQ(set.xattrs()[0].name, "user.a");
  EXPECT_EQ(as_text(set.xattrs()[1].value), "value");
  EXPECT_EQ(as_text(set.xattrs()[2].value), large);
  EXPECT_EQ(scan.record("").xattr_set, 0U);
}

TEST(Scanner, LeavesOutTheExcluded) {
  const ScratchDirectory directory;
  const fs::path file = directory.write("dir/image", "x");
  fs::create_hard_link(file, directory / "dir/other");
  directory.write("image", "of another directory");
  struct stat status;
  ASSERT_EQ(::stat((directory / "dir").c_str(), &status), 0);
  Scan scan(directory.path(),
            {.names = {{id_of(status), "image"}, {id_of(status), "missing"}}, .files = {}});
  EXPECT_EQ(scan.paths, std::vector<std::string>({"", "dir", "dir/other", "image"}));
  ASSERT_EQ(::stat(file.c_str(), &status), 0);
  Scan without_file(directory.path(), {.names = {}, .files = {id_of(status)}});
  EXPECT_EQ(without_file.paths, std::vector<std::string>({"", "dir", "image"}));
  EXPECT_TRUE(scan.reported.empty());
}

TEST(Scanner, GoesBeyondTheLongestPath) {
  const ScratchDirectory directory;
  const std::string name(250, 'd');
  int fd = ::open(directory.path().c_str(), O_RDONLY | O_DIRECTORY);
  for (int depth = 0; depth < 20; ++depth) {
    ASSERT_EQ(::mkdirat(fd, name.c_str(), 0700), 0);
    const int below = ::openat(fd, name.c_str(), O_RDONLY | O_DIRECTORY);
    ASSERT_EQ(::mkdirat(fd, "empty", 0700), 0);
    ::close(fd);
    fd = below;
  }
  ::close(::openat(fd, "deep", O_WRONLY | O_CREAT, 0600));
  ::close(fd);
  Scan scan(directory.path());
  EXPECT_EQ(scan.paths.size(), 1 + 20 * 2 + 1U);
  EXPECT_TRUE(scan.reported.empty());
  EXPECT_EQ(scan.paths[20].size(), 20 * 251 - 1U);
}

TEST(Scanner, ReportsWhatItCannotReadAndGoesOn) {
  const ScratchDirectory directory;
  ASSERT_EQ(::chmod(directory.path().c_str(), 0755), 0);
  ASSERT_EQ(::chmod(directory.write("file", "secret").c_str(), 0), 0);
  directory.write("closed/inside", "");
  ASSERT_EQ(::chmod((directory / "closed").c_str(), 0), 0);
  directory.write("zz", "");
  const testing::OrdinaryUser nobody;
  Scan scan(directory.path());
  ::chmod((directory / "closed").c_str(), 0700);
  EXPECT_EQ(scan.paths, std::vector<std::string>({"", "closed", "zz"}));
  ASSERT_EQ(scan.reported.size(), 2U);
  EXPECT_EQ(scan.reported[0].path, "file");
  EXPECT_EQ(scan.reported[1].path, "closed");
  EXPECT_EQ(scan.warnings.unreadable(), 2U);
}

TEST(Scanner, LeavesOutWhatIsExcluded) {
  const ScratchDirectory directory;
  for (const char* name : {"a.o", "a.c", "build/x", "src/build/y", "src/b.o", "src/keep.o"}) {
    directory.write(name, "");
  }
  EntryRules rules;
  for (const char* pattern : {"*.o", "!keep.o", "/build/"}) {
    ASSERT_TRUE(rules.excludes.add(pattern));
  }
  Scan scan(directory.path(), {}, rules);
  EXPECT_EQ(scan.paths,
            std::vector<std::string>({"", "a.c", "src", "src/build", "src/build/y", "src/keep.o"}));
}

TEST(Scanner, RewritesMetadataButRemembersTheTime) {
  const ScratchDirectory directory;
  const fs::path file = directory.write("file", "x");
  const timespec times[2] = {{0, UTIME_NOW}, {500, 7}};
  ASSERT_EQ(::utimensat(AT_FDCWD, file.c_str(), times, 0), 0);
  EntryRules rules;
  rules.metadata.uid = 1234;
  rules.metadata.mtime = Timestamp{400, 0};
  Scan scan(directory.path(), {}, rules);
  EXPECT_EQ(scan.record("file").uid, 1234U);
  EXPECT_EQ(scan.record("").uid, 1234U);
  EXPECT_EQ(scan.record("").mtime(), (Timestamp{400, 0}));
  EXPECT_EQ(scan.record("file").mtime(), (Timestamp{400, 0}));
  EXPECT_EQ(scan.tree.source().mtime(scan.numbers.at("file")), (Timestamp{500, 7}));
}

TEST(Scanner, ReadsOnlyTheAttributesThatAreKept) {
  const ScratchDirectory directory;
  const fs::path file = directory.write("file", "");
  for (const char* name : {"user.a", "user.b"}) {
    if (::setxattr(file.c_str(), name, "x", 1, 0) != 0) GTEST_SKIP() << "no user attributes";
  }
  EntryRules rules;
  rules.xattrs.exclude = {"user.a"};
  Scan scan(directory.path(), {}, rules);
  const XattrSet kept = scan.tree.xattrs().get(scan.record("file").xattr_set);
  ASSERT_EQ(kept.xattrs().size(), 1U);
  EXPECT_EQ(kept.xattrs().front().name, "user.b");
}

}  // namespace
}  // namespace zvfs
