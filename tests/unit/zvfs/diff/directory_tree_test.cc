#include "zvfs/diff/directory_tree.h"

#include <filesystem>
#include <sys/stat.h>
#include <unistd.h>

#include <gtest/gtest.h>

#include "tests/support/ordinary_user.h"
#include "tests/support/scratch_directory.h"

namespace zvfs {
namespace {

using testing::ScratchDirectory;

class DirectoryTreeTest : public ::testing::Test {
 protected:
  std::unique_ptr<ComparableTree> open() {
    return open_directory_tree(scratch.path().string(),
                               [this](std::string_view path, std::string_view message) {
                                 warnings.push_back(fmt::format("{}: {}", path, message));
                               })
        .value();
  }
  // The names of the root, as they come.
  static std::vector<std::string> names_of(ComparableTree& tree) {
    std::vector<std::string> names;
    while (true) {
      const auto batch = tree.names(kRootInode, static_cast<std::uint32_t>(names.size())).value();
      if (batch.empty()) return names;
      for (const auto& name : batch) names.push_back(name.name);
    }
  }
  static InodeNumber find(ComparableTree& tree, std::string_view wanted) {
    for (const auto& name : tree.names(kRootInode, 0).value()) {
      if (name.name == wanted) return name.inode;
    }
    return {};
  }
  // All of a file, with zeros for its holes.
  static std::string read_whole(ComparableContent& content, std::uint64_t size) {
    std::string bytes;
    while (bytes.size() < size) {
      const ContentRun run = content.run_at(bytes.size()).value();
      EXPECT_GT(run.end, bytes.size());
      const std::uint64_t length = run.end - bytes.size();
      bytes += run.is_hole ? std::string(length, '\0')
                           : std::string(as_text(content.read(bytes.size(), length).value()));
    }
    return bytes;
  }

  const ScratchDirectory scratch;
  std::vector<std::string> warnings;
};

TEST_F(DirectoryTreeTest, HasWhatTheDirectoryHas) {
  const auto file = scratch.write("file", "content");
  ASSERT_EQ(::chmod(file.c_str(), 0640), 0);
  std::filesystem::create_hard_link(file, scratch / "again");
  std::filesystem::create_symlink("to/nowhere", scratch / "link");
  scratch.write("dir/inside", "");
  const auto tree = open();
  EXPECT_EQ(names_of(*tree), (std::vector<std::string>{"again", "dir", "file", "link"}));
  const InodeRecord record = tree->inode(find(*tree, "file")).value();
  EXPECT_EQ(record.mode, 0100640);
  EXPECT_EQ(record.size, 7U);
  EXPECT_EQ(record.nlink, 2U);
  EXPECT_EQ(find(*tree, "again"), find(*tree, "file"));
  EXPECT_EQ(tree->symlink_target(find(*tree, "link")).value(), "to/nowhere");
  const InodeNumber directory = find(*tree, "dir");
  EXPECT_TRUE(tree->inode(directory).value().is_directory());
  EXPECT_EQ(tree->names(directory, 0).value().at(0).name, "inside");
  EXPECT_EQ(tree->names(directory, 1).value().size(), 0U);
  EXPECT_EQ(tree->image(), nullptr);
  EXPECT_TRUE(warnings.empty());
}

TEST_F(DirectoryTreeTest, GivesManyNamesOnceEach) {
  std::vector<std::string> expected;
  for (int i = 0; i < 1100; ++i) {
    expected.push_back(fmt::format("{:04}", i));
    scratch.write(expected.back(), "");
  }
  EXPECT_EQ(names_of(*open()), expected);
}

TEST_F(DirectoryTreeTest, ReadsContents) {
  const std::string content(300'000, 'x');  // more than one run
  scratch.write("file", content);
  scratch.write("dir/inside", "deeper");
  const auto tree = open();
  const auto file = tree->open(find(*tree, "file"), kRootInode, "file").value();
  EXPECT_EQ(read_whole(*file, content.size()), content);
  const InodeNumber directory = find(*tree, "dir");
  const InodeNumber inside = tree->names(directory, 0).value().at(0).inode;
  EXPECT_EQ(read_whole(*tree->open(inside, directory, "inside").value(), 6), "deeper");
}

TEST_F(DirectoryTreeTest, ReadsContentsWithHoles) {
  constexpr std::uint64_t kSize = 4 << 20;
  const auto path = scratch.write("file", "begin");
  std::filesystem::resize_file(path, kSize / 2);
  std::ofstream(path, std::ios::app) << "middle";
  std::filesystem::resize_file(path, kSize);  // and a hole at the end
  const auto tree = open();
  const auto content = tree->open(find(*tree, "file"), kRootInode, "file").value();
  std::string expected(kSize, '\0');
  expected.replace(0, 5, "begin");
  expected.replace(kSize / 2, 6, "middle");
  EXPECT_TRUE(read_whole(*content, kSize) == expected);
}

TEST_F(DirectoryTreeTest, NoticesThatAFileShrank) {
  const auto path = scratch.write("file", std::string(1000, 'x'));
  const auto tree = open();
  const auto content = tree->open(find(*tree, "file"), kRootInode, "file").value();
  std::filesystem::resize_file(path, 10);
  const auto bytes = content->read(0, 1000);
  ASSERT_FALSE(bytes);
  EXPECT_EQ(bytes.error().message, "file shrank as we read it");
}

TEST_F(DirectoryTreeTest, FollowsNoSymlinkThatTookAFilesPlace) {
  const auto path = scratch.write("file", "content");
  scratch.write("other", "secret");
  const auto tree = open();
  std::filesystem::remove(path);
  std::filesystem::create_symlink("other", path);
  const auto content = tree->open(find(*tree, "file"), kRootInode, "file");
  ASSERT_FALSE(content);
  EXPECT_EQ(content.error().message.find("cannot open"), 0U);
}

TEST_F(DirectoryTreeTest, WarnsOfWhatItCannotScan) {
  scratch.write("dir/inside", "");
  ASSERT_EQ(::chmod((scratch / "dir").c_str(), 0), 0);
  ASSERT_EQ(::chmod(scratch.path().c_str(), 0755), 0);
  {
    const testing::OrdinaryUser user;
    open();
  }
  ASSERT_EQ(::chmod((scratch / "dir").c_str(), 0700), 0);
  ASSERT_EQ(warnings.size(), 1U);
  EXPECT_EQ(warnings[0].find("dir: "), 0U) << warnings[0];
}

TEST_F(DirectoryTreeTest, WantsADirectory) {
  const TreeWarning none = [](std::string_view, std::string_view) {};
  const auto missing = (scratch / "missing").string();
  const auto result = open_directory_tree(missing, none);
  ASSERT_FALSE(result);
  EXPECT_NE(result.error().message.find(missing), std::string::npos);
  EXPECT_FALSE(open_directory_tree(scratch.write("file", "").string(), none));
}

}  // namespace
}  // namespace zvfs
