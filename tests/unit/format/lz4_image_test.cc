// Images whose data frames are LZ4 frames.
#include <gtest/gtest.h>

#include "format/image.h"
#include "tests/support/image_forge.h"
#include "tests/support/image_walk.h"

namespace zvfs {
namespace {

using testing::ImageForge;

std::unique_ptr<Image> open(ByteVector bytes) {
  auto image = Image::open(std::make_unique<MemorySource>(std::move(bytes)), {});
  if (!image) ADD_FAILURE() << image.error().message;
  return std::move(image).value();
}

ImageForge lz4_forge() {
  ImageForge forge;
  forge.encoder = {Codec::kLz4, 1};
  return forge;
}

TEST(Lz4Image, HasTheContentsOfTheZstdImage) {
  const auto zstd = open(ImageForge().build());
  const auto lz4 = open(lz4_forge().build());
  EXPECT_EQ(zstd->header().incompat, 0U);
  EXPECT_EQ(lz4->header().incompat, IndexHeader::kLz4Frames);
  const auto walked = testing::walk_image(*lz4);
  EXPECT_TRUE(walked) << walked.error().message;
  for (const char* const name : {"big", "sparse", "hard"}) {
    const auto content = [name](const Image& image) {
      const Inode root = image.inode(kRootInode).value();
      return testing::read_whole(image, image.inode(*image.lookup(root, name)).value()).value();
    };
    EXPECT_EQ(content(*lz4), content(*zstd)) << name;
  }
}

TEST(Lz4Image, EveryFlippedBitOfTheDataGivesAnErrorOrCorrectData) {
  const auto original = open(lz4_forge().build());
  const Inode root = original->inode(kRootInode).value();
  const Inode big = original->inode(*original->lookup(root, "big")).value();
  const ByteVector content = testing::read_whole(*original, big).value();
  ByteVector bytes = lz4_forge().build();
  for (std::size_t bit = 0; bit < original->header().data_size * 8; ++bit) {
    bytes[bit / 8] ^= std::byte(1 << bit % 8);
    const auto damaged = open(bytes);
    const auto read = testing::read_whole(*damaged, big);
    if (read) {
      EXPECT_EQ(*read, content) << "bit " << bit;
    }
    bytes[bit / 8] ^= std::byte(1 << bit % 8);
  }
}

}  // namespace
}  // namespace zvfs
