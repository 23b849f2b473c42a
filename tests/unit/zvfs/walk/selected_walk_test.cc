// How a walk ends in an image whose directories are made to lead on and on.
#include "zvfs/walk/selected_walk.h"

#include <gtest/gtest.h>

#include "tests/support/image_forge.h"

namespace zvfs {
namespace {

using testing::ImageForge;

// Counts the entries of a walk, and keeps what is said of those that are lost.
class Counter final : public TreeVisitor {
 public:
  Result<Descend> enter(const WalkEntry&) override {
    ++entries;
    return Descend::kAll;
  }
  Result<void> leave() override {
    ++left;
    return {};
  }
  Result<void> lost(std::string_view path, Error error) override {
    losses.push_back(fmt::format("{}: {}", path.substr(0, 20), error.message));
    return {};
  }

  std::uint64_t entries = 0;
  std::uint64_t left = 0;  // directories
  std::vector<std::string> losses;
};

Counter walk(const ImageForge& forge) {
  const auto image = Image::open(std::make_unique<MemorySource>(forge.build()), {}).value();
  Selection everything = Selection::parse({}).value();
  Counter counter;
  EXPECT_TRUE(SelectedWalk(*image, everything, counter).run());
  return counter;
}

InodeRecord directory(std::uint64_t first, std::uint32_t count) {
  InodeRecord record = ImageForge().inode(3);
  record.data = first;
  record.count = count;
  return record;
}

TEST(SelectedWalk, VisitsEveryEntryOfASoundImage) {
  const Counter counter = walk({});
  EXPECT_EQ(counter.entries, 9U);  // with the root
  EXPECT_EQ(counter.left, 2U);
  EXPECT_TRUE(counter.losses.empty());
}

// 1,000 directories that all have the same 1,000 entries: themselves.
TEST(SelectedWalk, ListsNoMoreEntriesThanThereAre) {
  constexpr std::uint32_t kCount = 1000;
  ImageForge forge;
  forge.inodes.assign(kCount + 1, directory(0, kCount));
  forge.dentries.clear();
  for (std::uint32_t i = 0; i < kCount; ++i) {
    forge.dentries.push_back(
        {forge.add_string(fmt::format("{:04}", i)), i + 2, 4, FileType::kDirectory});
  }
  forge.frame_files.clear();
  forge.first_files.assign(forge.frames.size() + 1, 0);
  const Counter counter = walk(forge);
  EXPECT_LE(counter.entries, kCount + 1);
  EXPECT_EQ(counter.left, counter.entries);  // each directory that was entered
  ASSERT_EQ(counter.losses.size(), 1U);
  EXPECT_EQ(counter.losses[0], "0000: its entries are those of other directories, too");
}

TEST(SelectedWalk, EndsInACycle) {
  ImageForge forge;
  forge.dentries.at(7).inode = 1;  // dir/deep
  forge.dentries.at(7).type = FileType::kDirectory;
  const Counter counter = walk(forge);
  EXPECT_EQ(counter.losses, std::vector<std::string>{"dir/deep: directory inode 1 appears twice"});
}

// 2,000 directories within one another, each with a name of 255 bytes.
TEST(SelectedWalk, GoesOnToPathsOf256KiB) {
  constexpr std::uint32_t kDepth = 2000;
  ImageForge forge;
  forge.inodes.clear();
  forge.dentries.clear();
  const std::uint64_t name = forge.add_string(std::string(255, 'n'));
  for (std::uint32_t i = 0; i < kDepth; ++i) {
    forge.inodes.push_back(directory(i, 1));
    forge.dentries.push_back({name, i + 2, 255, FileType::kDirectory});
  }
  forge.inodes.push_back(directory(0, 0));
  forge.frame_files.clear();
  forge.first_files.assign(forge.frames.size() + 1, 0);
  const Counter counter = walk(forge);
  EXPECT_EQ(counter.entries, 1024U + 2);
  EXPECT_EQ(counter.left, counter.entries);
  ASSERT_EQ(counter.losses.size(), 1U);
  EXPECT_NE(counter.losses[0].find(": its path of 262399 bytes exceeds 262144"), std::string::npos)
      << counter.losses[0];
}

}  // namespace
}  // namespace zvfs
