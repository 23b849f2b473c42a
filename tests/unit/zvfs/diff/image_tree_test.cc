#include "zvfs/diff/image_tree.h"

#include <gtest/gtest.h>

#include "tests/support/image_forge.h"
#include "tests/support/scratch_directory.h"

namespace zvfs {
namespace {

using testing::ImageForge;

class ImageTreeTest : public ::testing::Test {
 protected:
  std::unique_ptr<ComparableTree> open(const ImageForge& forge = {}) {
    const ByteVector bytes = forge.build();
    return open_image_tree(scratch_.write("image", as_text(bytes)).string()).value();
  }

 private:
  const testing::ScratchDirectory scratch_;
};

TEST_F(ImageTreeTest, HasWhatTheImageHas) {
  const auto tree = open();
  EXPECT_EQ(tree->inode({2}).value().size, 1500U);
  std::vector<std::string> names;
  for (const auto& name : tree->names(kRootInode, 0).value()) names.push_back(name.name);
  EXPECT_EQ(names,
            (std::vector<std::string>{"big", "dir", "empty", "hard", "link", "null", "sparse"}));
  EXPECT_EQ(tree->names(kRootInode, 6).value().at(0).inode, InodeNumber{6});
  EXPECT_TRUE(tree->names(kRootInode, 7).value().empty());
  EXPECT_TRUE(tree->names(kRootInode, 0xFFFF'FFFF).value().empty());
  EXPECT_EQ(tree->symlink_target({5}).value(), "dir/deep");
  EXPECT_EQ(tree->xattrs({7}).value().xattrs().size(), 2U);
  EXPECT_TRUE(tree->xattrs({2}).value().empty());
  EXPECT_NE(tree->image(), nullptr);
}

TEST_F(ImageTreeTest, GivesManyNamesInBatches) {
  ImageForge forge;
  const std::size_t first = forge.dentries.size();
  for (int i = 0; i < 1100; ++i) {
    forge.dentries.push_back({forge.add_string(fmt::format("{:04}", i)), 4, 4, FileType::kRegular});
  }
  forge.inode(3).data = first;
  forge.inode(3).count = 1100;
  const auto tree = open(forge);
  std::uint32_t count = 0;
  for (std::uint32_t batches = 0;; ++batches) {
    const auto names = tree->names({3}, count).value();
    if (names.empty()) break;
    ASSERT_LT(batches, 10U);
    for (const auto& name : names) EXPECT_EQ(name.name, fmt::format("{:04}", count++));
  }
  EXPECT_EQ(count, 1100U);
}

TEST_F(ImageTreeTest, ListsNoMoreNamesThanThereAre) {
  ImageForge forge;
  forge.inode(3).data = 0;  // all names of the root, and those of the directory itself
  forge.inode(3).count = static_cast<std::uint32_t>(forge.dentries.size());
  const auto tree = open(forge);
  EXPECT_TRUE(tree->names(kRootInode, 0));
  const auto again = tree->names({3}, 0);
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().message, "its entries are those of other directories, too");
}

TEST_F(ImageTreeTest, CutsContentsAtFrames) {
  const ImageForge forge;
  const auto tree = open(forge);
  const auto big = tree->open({2}, kRootInode, "big").value();
  const struct {
    std::uint64_t offset;
    std::uint64_t end;
    std::uint32_t frame;
    std::uint32_t part_offset;
  } runs[] = {{0, 512, 1, 0},     {512, 1024, 2, 0},  {1024, 1280, 3, 0},
              {1280, 1500, 4, 0}, {100, 512, 1, 100}, {1499, 1500, 4, 219}};
  for (const auto& [offset, end, frame, part_offset] : runs) {
    const ContentRun run = big->run_at(offset).value();
    EXPECT_EQ(run.end, end) << offset;
    EXPECT_FALSE(run.is_hole) << offset;
    ASSERT_TRUE(run.part) << offset;
    EXPECT_EQ(run.part->frame.number.value, frame) << offset;
    EXPECT_EQ(run.part->offset, part_offset) << offset;
    const auto bytes = big->read(offset, end - offset);
    ASSERT_TRUE(bytes);
    const ByteSpan expected =
        ByteSpan(forge.frames.at(frame).content).subspan(part_offset, end - offset);
    EXPECT_EQ(as_text(*bytes), as_text(expected)) << offset;
  }
}

TEST_F(ImageTreeTest, TellsHolesFromData) {
  const auto tree = open();
  const auto sparse = tree->open({6}, kRootInode, "sparse").value();
  std::vector<std::pair<std::uint64_t, bool>> runs;
  for (std::uint64_t offset = 0; offset < 10'000; offset = runs.back().first) {
    const ContentRun run = sparse->run_at(offset).value();
    EXPECT_EQ(run.part.has_value(), !run.is_hole);
    runs.emplace_back(run.end, run.is_hole);
  }
  const std::vector<std::pair<std::uint64_t, bool>> expected = {
      {1000, true}, {1050, false}, {5000, true}, {5026, false}, {10'000, true}};
  EXPECT_EQ(runs, expected);
}

TEST_F(ImageTreeTest, GivesErrors) {
  ImageForge forge;
  forge.frames.at(1).coded = ByteVector(100);  // damaged
  const auto tree = open(forge);
  EXPECT_FALSE(tree->inode({9}));
  EXPECT_FALSE(tree->open({9}, kRootInode, "none"));
  const auto big = tree->open({2}, kRootInode, "big").value();
  ASSERT_TRUE(big->run_at(0));
  const auto bytes = big->read(0, 512);
  ASSERT_FALSE(bytes);
  EXPECT_EQ(bytes.error().code, ErrorCode::kCorrupt);
  EXPECT_FALSE(open_image_tree("/nonexistent/image"));
}

}  // namespace
}  // namespace zvfs
