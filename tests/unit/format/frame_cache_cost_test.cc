// What the cache charges, beside what malloc says that it has handed out.
#include <malloc.h>

#include <gtest/gtest.h>

#include "format/frame_cache.h"
#include "tests/support/sanitizers.h"

namespace zvfs {
namespace {

constexpr std::uint64_t kCapacity = std::uint64_t{64} << 20;

std::uint64_t allocated_bytes() {
  const struct mallinfo2 info = ::mallinfo2();
  return info.uordblks + info.hblkhd;
}

// Frames of one size, more than fit.
class FrameCacheCost : public ::testing::TestWithParam<std::size_t> {};

TEST_P(FrameCacheCost, IsWhatMallocHasHandedOut) {
  if (testing::kAddressSanitizer || testing::kThreadSanitizer) {
    GTEST_SKIP() << "mallinfo2() knows nothing of a sanitizer's malloc";
  }
  const std::size_t size = GetParam();
  const auto memory = std::make_shared<FrameMemory>();
  FrameCache cache(kCapacity, std::uint32_t{1} << 18);
  const std::uint64_t before = allocated_bytes();
  const auto count = static_cast<std::uint32_t>(2 * kCapacity / FrameCache::cost_of(size));
  for (std::uint32_t i = 0; i < count; ++i) {
    const auto load = [&] { return FramePtr(std::make_shared<Frame>(*memory, size)); };
    ASSERT_TRUE(cache.load({FrameKey::Space::kData, i}, FrameClass::kPacked, size, load));
  }
  const std::uint64_t taken = allocated_bytes() - before - memory->idle_bytes();
  const std::uint64_t charged = cache.stats().charged_bytes;
  EXPECT_LE(charged, kCapacity);
  EXPECT_GT(charged, kCapacity - kCapacity / 16);
  EXPECT_LE(taken, charged + charged / 50) << "more than is charged";
  EXPECT_GE(taken, charged - charged / 8) << "much less than is charged";
  RecordProperty("frames", static_cast<int>(cache.stats().frames));
}

INSTANTIATE_TEST_SUITE_P(Sizes, FrameCacheCost,
                         ::testing::Values(1, 100, 4096, 65'535, 65'536, 131'072, 200'000));

}  // namespace
}  // namespace zvfs
