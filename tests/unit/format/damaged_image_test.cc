// A small image with any one bit flipped, or cut at any length, gives errors or correct data.
#include <gtest/gtest.h>

#include "tests/support/image_forge.h"
#include "tests/support/image_walk.h"

namespace zvfs::testing {
namespace {

// The contents of all regular files of the sound image, by inode number; others are empty.
std::vector<ByteVector> contents(const Image& image) {
  std::vector<ByteVector> all;
  for (std::uint32_t number = 1; number <= 8; ++number) {
    const Inode inode = image.inode({number}).value();
    all.push_back(inode.record.is_regular() ? read_whole(image, inode).value() : ByteVector());
  }
  return all;
}

// Whatever can be read of `image` must be what the sound image says.
void expect_errors_or_truth(const Image& image, const Image& sound,
                            const std::vector<ByteVector>& truth, std::size_t bit) {
  static_cast<void>(walk_image(image));
  for (std::uint32_t number = 1; number <= 8; ++number) {
    const auto inode = image.inode({number});
    if (!inode) continue;
    ASSERT_EQ(inode->record, sound.inode({number})->record) << "bit " << bit;
    if (!inode->record.is_regular()) continue;
    const auto content = read_whole(image, *inode);
    if (!content) continue;
    ASSERT_EQ(*content, truth[number - 1]) << "bit " << bit;
  }
}

TEST(DamagedImage, EveryFlippedBitGivesAnErrorOrCorrectData) {
  const ByteVector bytes = ImageForge().build();
  const auto sound = Image::open(std::make_unique<MemorySource>(bytes), {}).value();
  const std::vector<ByteVector> truth = contents(*sound);
  for (std::size_t bit = 0; bit < bytes.size() * 8; ++bit) {
    ByteVector flipped = bytes;
    flipped[bit / 8] ^= std::byte(1 << bit % 8);
    const auto image = Image::open(std::make_unique<MemorySource>(std::move(flipped)), {});
    if (image) expect_errors_or_truth(**image, *sound, truth, bit);
  }
}

TEST(DamagedImage, EveryTruncationIsRejected) {
  const ByteVector bytes = ImageForge().build();
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    EXPECT_FALSE(
        open_and_walk(ByteVector(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(size))))
        << size;
  }
}

// Cut at the front, the tail still looks like an image; its data must then be refused.
TEST(DamagedImage, AMissingBeginningIsRejected) {
  const ByteVector bytes = ImageForge().build();
  for (std::size_t cut = 1; cut < bytes.size(); cut += 7) {
    EXPECT_FALSE(
        open_and_walk(ByteVector(bytes.begin() + static_cast<std::ptrdiff_t>(cut), bytes.end())))
        << cut;
  }
}

}  // namespace
}  // namespace zvfs::testing
