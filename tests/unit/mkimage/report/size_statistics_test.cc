#include "mkimage/report/size_statistics.h"

#include <gtest/gtest.h>

#include "tests/support/made_tree.h"

namespace zvfs {
namespace {

using testing::MadeTree;

// Two frames of 1,000 bytes of content, which take 100 and 500 bytes of the image.
const std::vector<FrameRecord> kFrames = {
    {.image_offset = 0, .stream_offset = 0, .kind = 0},
    {.image_offset = 100, .stream_offset = 1000, .kind = 1},
};
const FrameRecord kEnd{.image_offset = 600, .stream_offset = 2000};

struct Sample {
  Sample() {
    add("a.C", 400, 0, 0);
    add("b.c", 1000, 500, 0);
    add("copy.x", 400, 0, 0);
    add(".hidden", 0, 0, 0);
    made.tree.finish();
  }
  void add(const char* name, std::uint64_t size, std::uint64_t data, std::uint32_t frame) {
    InodeRecord& record = made.tree.inode(made.file(kRootInode, name, size));
    record.data = data;
    record.count = frame;
  }
  MadeTree made;
};

TEST(SizeStatistics, SumUpFramesByKind) {
  Sample sample;
  const auto sizes = SizeStatistics::gather(sample.made.tree, kFrames, kEnd);
  EXPECT_EQ(sizes.frames[0].count, 1U);
  EXPECT_EQ(sizes.frames[0].coded_size, 100U);
  EXPECT_EQ(sizes.frames[1].decoded_size, 1000U);
  EXPECT_EQ(sizes.frames[1].coded_size, 500U);
  EXPECT_EQ(sizes.frames[2].count, 0U);
}

TEST(SizeStatistics, ShareFramesAmongFiles) {
  Sample sample;
  const auto sizes = SizeStatistics::gather(sample.made.tree, kFrames, kEnd);
  ASSERT_EQ(sizes.largest.size(), 4U);
  EXPECT_EQ(sizes.largest[0].path, "b.c");
  EXPECT_EQ(sizes.largest[0].coded_size, 50U + 250U);
  EXPECT_EQ(sizes.largest[1].path, "a.C");
  EXPECT_EQ(sizes.largest[1].coded_size, 40U);
  EXPECT_EQ(sizes.largest[3].coded_size, 0U);  // a copy's data counts once
}

TEST(SizeStatistics, GroupByExtension) {
  Sample sample;
  const auto sizes = SizeStatistics::gather(sample.made.tree, kFrames, kEnd);
  ASSERT_EQ(sizes.extensions.size(), 3U);
  EXPECT_EQ(sizes.extensions[0].name, "c");
  EXPECT_EQ(sizes.extensions[0].files, 2U);
  EXPECT_EQ(sizes.extensions[0].size, 1400U);
  EXPECT_EQ(sizes.extensions[0].coded_size, 340U);
  EXPECT_EQ(sizes.extensions[1].name, "");
}

TEST(SizeStatistics, KeepTheLargestFiles) {
  MadeTree made;
  for (unsigned i = 0; i < 30; ++i) {
    const InodeNumber file = made.file(kRootInode, fmt::format("{:02}", i), 10 + 10 * (i * 7 % 30));
    made.tree.inode(file).data = i;
  }
  made.tree.finish();
  const auto sizes = SizeStatistics::gather(made.tree, kFrames, kEnd);
  ASSERT_EQ(sizes.largest.size(), SizeStatistics::kLargestCount);
  EXPECT_EQ(sizes.largest.front().size, 300U);
  EXPECT_EQ(sizes.largest.back().size, 110U);
}

}  // namespace
}  // namespace zvfs
