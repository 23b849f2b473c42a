#include "fuse/ahead/inode_set.h"

#include <atomic>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

namespace zvfs {
namespace {

constexpr std::uint32_t kLargest = 0xFFFF'FFFE;
constexpr std::uint32_t kRemembered = InodeSet::kMaxWords * 32;

TEST(InodeSet, HoldsWhatIsInserted) {
  InodeSet set(200'000);
  for (const std::uint32_t number : {1U, 31U, 32U, 65'535U, 65'536U, 200'000U}) {
    EXPECT_FALSE(set.contains({number}));
    EXPECT_TRUE(set.insert({number}));
    EXPECT_FALSE(set.insert({number}));
    EXPECT_TRUE(set.contains({number}));
    EXPECT_FALSE(set.contains({number - 1})) << number;
    set.erase({number});
    EXPECT_FALSE(set.contains({number}));
  }
  EXPECT_FALSE(set.insert({200'001}));
  EXPECT_FALSE(set.contains({0xFFFF'FFFF}));
}

TEST(InodeSet, ForgetsNothingUpToItsBound) {
  InodeSet set(kRemembered - 1);
  for (std::uint32_t i = 1; i < kRemembered; i += 7) EXPECT_TRUE(set.insert({i}));
  for (std::uint32_t i = 1; i < kRemembered; ++i) ASSERT_EQ(set.contains({i}), i % 7 == 1) << i;
}

TEST(InodeSet, TakesLittleForASmallImage) { EXPECT_EQ(InodeSet(1000).memory_bytes(), 32U * 8); }

TEST(InodeSet, IsBoundedWhateverIsTouched) {
  InodeSet set(kLargest);
  EXPECT_EQ(set.memory_bytes(), InodeSet::kMaxWords * sizeof(std::uint64_t));
  for (std::uint32_t i = 1; i < 0xFFFF; ++i) set.insert({i << 16});
  EXPECT_EQ(set.memory_bytes(), InodeSet::kMaxWords * sizeof(std::uint64_t));
}

TEST(InodeSet, ForgetsNumbersOfTheSameWordTogether) {
  InodeSet set(kLargest);
  EXPECT_TRUE(set.insert({5}));
  EXPECT_TRUE(set.insert({6}));
  EXPECT_TRUE(set.insert({kRemembered + 5}));
  EXPECT_TRUE(set.contains({kRemembered + 5}));
  EXPECT_FALSE(set.contains({5}));
  EXPECT_FALSE(set.contains({6}));
  EXPECT_FALSE(set.contains({kRemembered + 6}));
  set.erase({5});  // another one's bit
  EXPECT_TRUE(set.contains({kRemembered + 5}));
  EXPECT_TRUE(set.insert({kLargest}));
  EXPECT_TRUE(set.contains({kLargest}));
}

// Two threads insert the odd numbers, and two the even ones: each number must be new exactly once.
TEST(InodeSet, LosesNothingBetweenThreadsThatShareWords) {
  constexpr std::uint32_t kNumbers = 64'000;
  InodeSet set(kNumbers);
  std::vector<std::jthread> threads;
  std::atomic<std::uint32_t> inserted{0};
  for (std::uint32_t t = 0; t < 4; ++t) {
    threads.emplace_back([&, t] {
      for (std::uint32_t i = 1 + t / 2; i <= kNumbers; i += 2) inserted += set.insert({i}) ? 1 : 0;
    });
  }
  threads.clear();
  EXPECT_EQ(inserted, kNumbers);
  for (std::uint32_t i = 1; i <= kNumbers; ++i) ASSERT_TRUE(set.contains({i})) << i;
}

}  // namespace
}  // namespace zvfs
