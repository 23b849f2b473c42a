#include "fuse/ahead/readahead.h"

#include <chrono>

#include <gtest/gtest.h>

#include "base/units.h"
#include "tests/support/image_forge.h"

namespace zvfs {
namespace {

constexpr std::uint64_t kFrame = 128 * kKiB;
constexpr std::uint32_t kFrames = 64;
constexpr std::uint64_t kRequest = 128 * kKiB;
using Pattern = Readahead::Pattern;

ByteVector large_image() {
  testing::ImageForge forge;
  forge.spread_big(kFrames, kFrame);
  return forge.build();
}

class ReadaheadTest : public ::testing::Test {
 protected:
  ReadaheadTest()
      : image_(Image::open(std::make_unique<MemorySource>(large_image()), {}).value()),
        big_(image_->inode({2}).value()),
        decodes_before_(image_->reader_stats().decodes),
        readahead_(*image_, {.threads = 2, .max_window_bytes = kMiB}) {}

  // Waits until no more frames are decoded, and returns how many were.
  std::uint64_t settle() {
    std::uint64_t before = ~std::uint64_t{0};
    for (int quiet = 0; quiet < 20;) {
      std::this_thread::sleep_for(std::chrono::milliseconds(2));
      const std::uint64_t now = image_->reader_stats().decodes;
      quiet = now == before ? quiet + 1 : 0;
      before = now;
    }
    return before - decodes_before_;
  }

  std::unique_ptr<Image> image_;
  const Inode big_;
  std::uint64_t decodes_before_;
  Readahead readahead_;
};

TEST_F(ReadaheadTest, EndsWhenItIsTold) {
  int asked = 0;
  ASSERT_TRUE(image_->read_ahead(big_, 0, 4 * kFrame, [&] { return ++asked < 3; }));
  EXPECT_EQ(settle(), 2U);
  EXPECT_EQ(asked, 3);
}

TEST_F(ReadaheadTest, IsOfFramesThatNobodyHasDecoded) {
  const auto goes_on = [] { return true; };
  ASSERT_TRUE(image_->read_ahead(big_, kFrame / 2, 2 * kFrame, goes_on));
  EXPECT_EQ(settle(), 3U);
  ASSERT_TRUE(image_->read_ahead(big_, 0, 4 * kFrame, goes_on));
  EXPECT_EQ(settle(), 4U);
  ASSERT_TRUE(image_->read_ahead(big_, kFrames * kFrame - 1, kMiB, goes_on));
  EXPECT_EQ(settle(), 5U);
  ASSERT_TRUE(image_->read_ahead(big_, kFrames * kFrame, kMiB, goes_on));
  EXPECT_EQ(settle(), 5U);
}

TEST_F(ReadaheadTest, AReaderInOrderFindsItsFramesDecoded) {
  readahead_.start();
  for (std::uint64_t request = 0; request < 4; ++request) {
    EXPECT_EQ(readahead_.will_read(big_, request * kRequest, kRequest), Pattern::kInOrder);
  }
  // Four requests in order, and the window of 1 MiB beyond them. Pieces that the reader itself has
  // requested are left to it, unless they were planned before.
  const std::uint64_t decoded = settle();
  EXPECT_GE(decoded, kMiB / kFrame);
  EXPECT_LE(decoded, 4 + kMiB / kFrame);
  const std::uint64_t before = image_->reader_stats().decodes;
  ASSERT_TRUE(image_->read(big_, 4 * kRequest, kMiB));
  EXPECT_EQ(image_->reader_stats().decodes, before);
}

TEST_F(ReadaheadTest, NeverGoesBeyondTheWindowOrTheFile) {
  readahead_.start();
  for (std::uint64_t request = 0; request < kFrames; ++request) {
    readahead_.will_read(big_, request * kRequest, kRequest);
  }
  EXPECT_LE(settle(), kFrames);
}

TEST_F(ReadaheadTest, RandomReadsDecodeNothingAhead) {
  readahead_.start();
  for (const std::uint64_t frame : {40U, 3U, 60U, 21U, 50U, 10U}) {
    EXPECT_EQ(readahead_.will_read(big_, frame * kFrame, 4096), Pattern::kRandom);
  }
  EXPECT_EQ(settle(), 0U);
}

TEST_F(ReadaheadTest, RequestsOutOfOrderButNearAreInOrder) {
  readahead_.start();
  for (const std::uint64_t request : {0U, 2U, 1U, 4U, 3U}) {
    EXPECT_EQ(readahead_.will_read(big_, request * kRequest, kRequest), Pattern::kInOrder);
  }
  EXPECT_GE(settle(), kMiB / kFrame);
}

TEST_F(ReadaheadTest, ASeekCancelsWhatWasPlanned) {
  // Not started yet: planned pieces wait in the queue.
  for (std::uint64_t request = 0; request < 4; ++request) {
    readahead_.will_read(big_, request * kRequest, kRequest);
  }
  EXPECT_EQ(readahead_.will_read(big_, 50 * kFrame, 4096), Pattern::kRandom);
  readahead_.start();
  EXPECT_EQ(settle(), 0U);
  EXPECT_GT(readahead_.stats().cancelled, 0U);
}

TEST_F(ReadaheadTest, SmallFilesAreNoneOfItsBusiness) {
  readahead_.start();
  EXPECT_EQ(readahead_.will_read(image_->inode({7}).value(), 0, 50), Pattern::kInOrder);
  EXPECT_EQ(settle(), 0U);
}

TEST_F(ReadaheadTest, AWindowOfZeroSwitchesItOffButStillTellsThePattern) {
  Readahead off(*image_, {.threads = 2, .max_window_bytes = 0});
  off.start();
  EXPECT_EQ(off.will_read(big_, 30 * kFrame, 4096), Pattern::kRandom);
  EXPECT_EQ(off.will_read(big_, 30 * kFrame + 4096, 4096), Pattern::kInOrder);
  EXPECT_EQ(settle(), 0U);
}

}  // namespace
}  // namespace zvfs
