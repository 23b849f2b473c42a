#include "format/frame_reader.h"

#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "format/image.h"
#include "tests/support/image_forge.h"

namespace zvfs {
namespace {

constexpr std::size_t kLarge = std::size_t{3} << 20;
constexpr std::uint64_t kCacheSize = 8 << 20;

// Bytes that compress, but not by much.
ByteVector dense_bytes(std::size_t size, std::uint32_t seed) {
  ByteVector bytes = testing::random_bytes(size, seed);
  for (std::byte& byte : bytes) byte &= std::byte{0x7F};
  return bytes;
}

// An image whose first frames are large.
std::unique_ptr<Image> open_large(std::size_t frames) {
  testing::ImageForge forge;
  forge.frame_bound = kLarge;
  for (std::size_t i = 0; i < frames; ++i) {
    forge.frames[i].content = dense_bytes(kLarge, static_cast<std::uint32_t>(i));
  }
  return Image::open(std::make_unique<MemorySource>(forge.build()),
                     {.cache_size_bytes = kCacheSize})
      .value();
}

TEST(FrameReader, KeepsLittleMemoryForCodedBytes) {
  const auto image = open_large(4);
  std::vector<std::jthread> threads;
  for (std::uint32_t i = 0; i < 4; ++i) {
    threads.emplace_back([&, i] { EXPECT_TRUE(image->prefetch({i})); });
  }
  threads.clear();
  EXPECT_GT(image->reader_stats().coded_bytes, 4 * (kLarge / 2));
  EXPECT_LE(image->raw().frames().idle_bytes(), kCacheSize / 4);
  image->raw().frames().release_memory();
  EXPECT_EQ(image->raw().frames().idle_bytes(), 0U);
}

TEST(FrameReader, KeepsTheCodedBytesOfUsualFrames) {
  const auto image = open_large(0);
  EXPECT_TRUE(image->prefetch({0}));
  EXPECT_GT(image->raw().frames().idle_bytes(), 0U);
}

}  // namespace
}  // namespace zvfs
