#include "fuse/ahead/idle_trimmer.h"

#include <gtest/gtest.h>

#include "tests/support/image_forge.h"
#include "tests/support/image_walk.h"

namespace zvfs {
namespace {

using std::chrono::milliseconds;

std::unique_ptr<Image> forged() {
  return Image::open(std::make_unique<MemorySource>(testing::ImageForge().build()), {}).value();
}

// Waits, for ten seconds at the most, until the trimmer has trimmed `times`.
bool trimmed(const IdleTrimmer& trimmer, std::uint64_t times) {
  for (int i = 0; i < 5000 && trimmer.trims() < times; ++i) {
    std::this_thread::sleep_for(milliseconds(2));
  }
  return trimmer.trims() >= times;
}

TEST(IdleTrimmer, DropsTheCacheOfAnIdleImageOnce) {
  const auto image = forged();
  ASSERT_TRUE(testing::walk_image(*image));
  ASSERT_GT(image->cache_stats().charged_bytes, 0U);
  IdleTrimmer trimmer(*image, milliseconds(5));
  trimmer.start();
  ASSERT_TRUE(trimmed(trimmer, 1));
  EXPECT_EQ(image->cache_stats().charged_bytes, 0U);
  std::this_thread::sleep_for(milliseconds(50));
  EXPECT_EQ(trimmer.trims(), 1U);
  ASSERT_TRUE(testing::walk_image(*image));
  EXPECT_TRUE(trimmed(trimmer, 2));
}

TEST(IdleTrimmer, StopsAtOnceHoweverLongItsPeriod) {
  const auto image = forged();
  IdleTrimmer trimmer(*image, std::chrono::hours(1));
  trimmer.start();
  trimmer.stop();
  EXPECT_EQ(trimmer.trims(), 0U);
}

}  // namespace
}  // namespace zvfs
