#include "format/frame_reader.h"

#include <atomic>
#include <chrono>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "format/image.h"
#include "tests/support/image_forge.h"

namespace zvfs {
namespace {

constexpr std::size_t kLarge = std::size_t{3} << 20;
constexpr std::uint64_t kCacheSize = 8 << 20;
constexpr std::uint32_t kThreads = 4;

// How many large frames were being read at once, at most.
struct Concurrency {
  std::atomic<int> now{0};
  std::atomic<int> peak{0};

  void begin() {
    const int count = ++now;
    for (int seen = peak; seen < count && !peak.compare_exchange_weak(seen, count);) {
    }
  }
  void end() { --now; }
};

// Takes its time over large frames.
class SlowSource final : public ImageSource {
 public:
  SlowSource(ByteVector bytes, Concurrency& concurrency)
      : bytes_(std::move(bytes)), concurrency_(concurrency) {}
  [[nodiscard]] std::uint64_t size() const override { return bytes_.size(); }
  Result<void> read(std::uint64_t offset, MutableByteSpan out) const override {
    if (out.size() < kLarge / 2) return bytes_.read(offset, out);
    concurrency_.begin();
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    const auto done = bytes_.read(offset, out);
    concurrency_.end();
    return done;
  }

 private:
  const MemorySource bytes_;
  Concurrency& concurrency_;
};

// Bytes that compress, but not by much.
ByteVector dense_bytes(std::size_t size, std::uint32_t seed) {
  ByteVector bytes = testing::random_bytes(size, seed);
  for (std::byte& byte : bytes) byte &= std::byte{0x7F};
  return bytes;
}

class FrameReaderTest : public ::testing::Test {
 protected:
  // Opens an image whose first frames are large, and reads each of them on a thread of its own.
  void read_large_frames(std::uint64_t cache_size) {
    testing::ImageForge forge;
    forge.frame_bound = kLarge;
    for (std::uint32_t i = 0; i < kThreads; ++i) forge.frames[i].content = dense_bytes(kLarge, i);
    image_ = Image::open(std::make_unique<SlowSource>(forge.build(), concurrency_),
                         {.cache_size_bytes = cache_size})
                 .value();
    std::vector<std::jthread> threads;
    for (std::uint32_t i = 0; i < kThreads; ++i) {
      threads.emplace_back([this, i] { EXPECT_TRUE(image_->prefetch({i})); });
    }
  }

  Concurrency concurrency_;
  std::unique_ptr<Image> image_;
};

TEST_F(FrameReaderTest, DecodesAtOnceOnlyWhatTheCacheMayHold) {
  read_large_frames(kCacheSize);  // each takes 5.6 MiB, coded and decoded
  EXPECT_EQ(concurrency_.peak, 1);
}

TEST_F(FrameReaderTest, DecodesAllAtOnceWhereThereIsRoom) {
  read_large_frames(16 * kCacheSize);
  EXPECT_GT(concurrency_.peak, 1);
}

TEST_F(FrameReaderTest, KeepsLittleMemoryForCodedBytes) {
  read_large_frames(kCacheSize);
  EXPECT_GT(image_->reader_stats().coded_bytes, kThreads * (kLarge / 2));
  EXPECT_LE(image_->raw().frames().idle_bytes(), kCacheSize / 4);
}

TEST_F(FrameReaderTest, KeepsTheCodedBytesOfUsualFramesUntilToldNotTo) {
  const auto image =
      Image::open(std::make_unique<MemorySource>(testing::ImageForge().build()), {}).value();
  EXPECT_TRUE(image->prefetch({0}));
  EXPECT_GT(image->raw().frames().idle_bytes(), 0U);
  image->raw().frames().release_memory();
  EXPECT_EQ(image->raw().frames().idle_bytes(), 0U);
}

}  // namespace
}  // namespace zvfs
