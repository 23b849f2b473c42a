#include "mkimage/archives/image_extras.h"

#include <gtest/gtest.h>

#include "tests/support/image_forge.h"

namespace zvfs {
namespace {

using testing::ImageForge;

std::unique_ptr<Image> open(const ImageForge& forge) {
  return Image::open(std::make_unique<MemorySource>(forge.build()), {}).value();
}

TEST(ImageExtras, FindsSocketsWithTheirPaths) {
  ImageForge forge;
  forge.inode(4).mode = 0140600;
  forge.dentries.at(7).inode = 4;  // dir/deep
  forge.dentries.at(7).type = FileType::kSocket;
  const auto image = open(forge);
  const ImageExtras extras = ImageExtras::read(*image).value();
  ASSERT_EQ(extras.sockets.size(), 1U);
  EXPECT_EQ(extras.sockets[0].path, "dir/deep");
  EXPECT_TRUE(extras.xattrs.empty());
}

TEST(ImageExtras, TakesNothingFromAnImageWithoutThem) {
  const auto image = open({});
  const ImageExtras extras = ImageExtras::read(*image).value();
  EXPECT_TRUE(extras.sockets.empty());
  EXPECT_TRUE(extras.xattrs.empty());
}

// Rows that an image has in abundance are read once, in order.
TEST(ImageExtras, ReadsClaimedRowsOnce) {
  ImageForge forge;
  forge.xattr_sets.assign(1 << 20, XattrSetRecord{0, 0, 0});
  forge.xattr_data.clear();
  forge.inode(7).xattr_set = 0;
  const auto image = open(forge);
  const std::uint64_t before = image->reader_stats().decodes;
  ASSERT_TRUE(ImageExtras::read(*image));
  EXPECT_LE(image->reader_stats().decodes - before, image->header().index_frame_count);
}

// 500 directories that all have the same 500 entries: themselves, and a socket.
TEST(ImageExtras, EndsWhereDirectoriesShareEntries) {
  constexpr std::uint32_t kCount = 500;
  ImageForge forge;
  InodeRecord directory = forge.inode(3);
  directory.data = 0;
  directory.count = kCount;
  InodeRecord socket = forge.inode(4);
  socket.mode = 0140600;
  forge.inodes.assign(kCount, directory);
  forge.inodes.push_back(socket);
  forge.dentries.clear();
  for (std::uint32_t i = 1; i < kCount; ++i) {
    forge.dentries.push_back(
        {forge.add_string(fmt::format("{:04}", i)), i + 1, 4, FileType::kDirectory});
  }
  forge.dentries.push_back({forge.add_string("sock"), kCount + 1, 4, FileType::kSocket});
  forge.frame_files.clear();
  forge.first_files.assign(forge.frames.size() + 1, 0);
  const auto image = open(forge);
  const auto extras = ImageExtras::read(*image);
  ASSERT_FALSE(extras);
  EXPECT_EQ(extras.error().message, "directories share entries");
}

}  // namespace
}  // namespace zvfs
