#include "format/stream_run.h"

#include <memory>

#include <gtest/gtest.h>

#include "format/image.h"
#include "tests/support/image_forge.h"

namespace zvfs {
namespace {

using testing::ImageForge;

constexpr std::uint32_t kFrameSize = 4096;
constexpr std::uint32_t kFrames = 64;
// Two data frames, and the index frames that opening and a binary search among 65,536 extents take.
// Without a limit it would be a data frame for each extent.
constexpr std::uint64_t kMostDecodes = 32;

// A file of 64 KiB in extents of `length` bytes, the first of which lies in the last frame, the
// next in the first, and so on, each at a place of its own.
ByteVector image_of_jumping_extents(std::uint64_t length) {
  ImageForge forge;
  forge.frames.assign(kFrames, {ByteVector(kFrameSize, std::byte{1}), {}, {}});
  forge.frame_bound = kFrameSize;
  forge.frame_files = {2};
  forge.first_files.assign(kFrames + 1, 1);
  forge.first_files.front() = 0;
  forge.extents.clear();
  InodeRecord& file = forge.inode(2);
  file.size = file.allocated = 64 * 1024;
  file.flags = InodeRecord::kExtentList;
  file.data = 0;
  file.count = static_cast<std::uint32_t>(file.size / length);
  for (std::uint32_t i = 0; i < file.count; ++i) {
    const std::uint32_t frame = i % 2 == 0 ? kFrames - 1 - i % kFrames : i % kFrames;
    forge.extents.push_back({i * length, length, std::uint64_t{frame} * kFrameSize, frame});
  }
  forge.dentries = {{forge.add_string("file"), 2, 4, FileType::kRegular}};
  forge.inode(1).data = 0;
  forge.inode(1).count = 1;
  return forge.build();
}

std::unique_ptr<Image> open(ByteVector bytes) {
  return Image::open(std::make_unique<MemorySource>(std::move(bytes)),
                     {.cache_size_bytes = 1 << 20})
      .value();
}

TEST(StreamRun, EndsAReadOfExtentsThatJumpAtTheSecond) {
  const auto image = open(image_of_jumping_extents(1));
  const Inode file = image->inode({2}).value();
  const auto read = image->read(file, 0, file.record.size);
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().code, ErrorCode::kCorrupt);
  EXPECT_EQ(read.error().message,
            "an extent at stream offset 4096 does not follow the one to 258049");
  EXPECT_LE(image->reader_stats().decodes, kMostDecodes);
}

TEST(StreamRun, DecodesNoFrameAheadOfExtentsThatJump) {
  const auto image = open(image_of_jumping_extents(1));
  const Inode file = image->inode({2}).value();
  EXPECT_FALSE(image->read_ahead(file, 0, file.record.size, [] { return true; }));
  EXPECT_LE(image->reader_stats().decodes, kMostDecodes);
  EXPECT_TRUE(image->segment_at(file, 0));
  EXPECT_EQ(image->segment_at(file, 1).error().code, ErrorCode::kCorrupt);
}

TEST(StreamRun, TakesOneFrameAfterAnother) {
  const auto image = open(ImageForge().build());
  StreamRun run(image->raw().frame_table(), image->raw().index());
  EXPECT_EQ(run.frame_at({500}, {1})->number.value, 1U);  // of frames at 0, 400, 912, 1424, 1680
  run.take(412);
  EXPECT_EQ(run.frame_at({912}, {0})->number.value, 2U);
  run.take(100);
  EXPECT_EQ(run.frame_at({1012}, {0})->number.value, 2U);
  EXPECT_FALSE(run.frame_at({1011}, {0}));
  EXPECT_FALSE(run.frame_at({1013}, {0}));
}

TEST(StreamRun, CrossesNoTinyFrame) {
  ImageForge forge;
  forge.frames.at(2).content.resize(StreamRun::kMinCrossedSize - 1);
  const auto image = open(forge.build());
  StreamRun within(image->raw().frame_table(), image->raw().index());
  ASSERT_TRUE(within.frame_at({400}, {1}));
  within.take(512);
  ASSERT_TRUE(within.frame_at({912}, {1}));  // data may end in it
  within.take(StreamRun::kMinCrossedSize - 1);
  EXPECT_EQ(within.frame_at({1167}, {1}).error().code, ErrorCode::kCorrupt);

  StreamRun from(image->raw().frame_table(), image->raw().index());
  ASSERT_TRUE(from.frame_at({912}, {2}));  // and begin in it
  from.take(StreamRun::kMinCrossedSize - 1);
  EXPECT_TRUE(from.frame_at({1167}, {2}));
}

}  // namespace
}  // namespace zvfs
