#include "format/frame_cache.h"

#include <atomic>
#include <new>
#include <random>
#include <stdexcept>
#include <thread>

#include <gtest/gtest.h>

#include "tests/support/failing_allocation.h"

namespace zvfs {
namespace {

constexpr std::size_t kFrameSize = 1000;
const std::size_t kCost = FrameCache::cost_of(kFrameSize);

FrameKey data_key(std::uint32_t number) { return {FrameKey::Space::kData, number}; }

Result<FramePtr> make_frame(std::uint32_t number, std::size_t size = kFrameSize) {
  const auto memory = std::make_shared<FrameMemory>();
  const auto frame = std::make_shared<Frame>(*memory, size);
  std::ranges::fill(frame->mutable_bytes(), static_cast<std::byte>(number));
  return FramePtr(frame);
}

FramePtr get(FrameCache& cache, std::uint32_t number, FrameClass frame_class,
             std::size_t size = kFrameSize) {
  if (FramePtr found = cache.find(data_key(number))) return found;
  return cache.load(data_key(number), frame_class, size, [&] { return make_frame(number, size); })
      .value();
}

TEST(FrameCache, FindsWhatItLoaded) {
  FrameCache cache(10 * kCost, kFrameSize);
  EXPECT_EQ(cache.find(data_key(1)), nullptr);
  const FramePtr loaded = get(cache, 1, FrameClass::kPacked);
  EXPECT_EQ(cache.find(data_key(1)), loaded);
  EXPECT_EQ(cache.find({FrameKey::Space::kIndex, 1}), nullptr);
  EXPECT_EQ(cache.stats().hits, 1U);
  EXPECT_EQ(cache.stats().misses, 1U);
}

TEST(FrameCache, StaysWithinItsBoundAndDropsTheOldest) {
  FrameCache cache(4 * kCost, kFrameSize);
  for (std::uint32_t i = 0; i < 10; ++i) {
    get(cache, i, FrameClass::kPacked);
    EXPECT_LE(cache.stats().charged_bytes, 4 * kCost);
    EXPECT_NE(get(cache, 0, FrameClass::kPacked), nullptr);  // kept young
  }
  EXPECT_NE(cache.find(data_key(0)), nullptr);
  EXPECT_NE(cache.find(data_key(9)), nullptr);
  EXPECT_EQ(cache.find(data_key(5)), nullptr);
  EXPECT_EQ(cache.stats().frames, 4U);
}

TEST(FrameCache, AStreamDoesNotPushOutIndexAndPackedFrames) {
  FrameCache cache(16 * kCost, 16 * kFrameSize);  // one shard
  for (std::uint32_t i = 0; i < 4; ++i) get(cache, i, FrameClass::kIndex);
  for (std::uint32_t i = 10; i < 18; ++i) get(cache, i, FrameClass::kPacked);
  for (std::uint32_t i = 1000; i < 2000; ++i) get(cache, i, FrameClass::kStream);
  for (std::uint32_t i = 0; i < 4; ++i) EXPECT_NE(cache.find(data_key(i)), nullptr) << i;
  for (std::uint32_t i = 10; i < 18; ++i) EXPECT_NE(cache.find(data_key(i)), nullptr) << i;
}

TEST(FrameCache, AClassMayBorrowWhatOthersLeave) {
  FrameCache cache(16 * kCost, 16 * kFrameSize);
  for (std::uint32_t i = 0; i < 16; ++i) get(cache, i, FrameClass::kStream);
  EXPECT_EQ(cache.stats().frames, 16U);
  EXPECT_EQ(cache.stats().evictions, 0U);
}

TEST(FrameCache, AFrameAboveTheBoundIsServedAndNotKept) {
  FrameCache cache(kFrameSize, kFrameSize);
  EXPECT_EQ(get(cache, 1, FrameClass::kPacked, 5 * kFrameSize)->bytes().size(), 5 * kFrameSize);
  EXPECT_EQ(cache.stats().charged_bytes, 0U);
}

TEST(FrameCache, AFailedLoadLeavesNothing) {
  FrameCache cache(10 * kCost, kFrameSize);
  const auto failed =
      cache.load(data_key(1), FrameClass::kPacked, kFrameSize,
                 []() -> Result<FramePtr> { return fail(ErrorCode::kCorrupt, "broken"); });
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().message, "broken");
  EXPECT_EQ(cache.stats().charged_bytes, 0U);
  EXPECT_EQ(cache.stats().frames, 0U);
  EXPECT_NE(get(cache, 1, FrameClass::kPacked), nullptr);
}

TEST(FrameCache, ALoadThatThrowsLetsTheNextOneTry) {
  FrameCache cache(10 * kCost, kFrameSize);
  const auto load = [&](const FrameCache::Load& how) {
    return cache.load(data_key(1), FrameClass::kPacked, kFrameSize, how);
  };
  EXPECT_THROW(static_cast<void>(load([]() -> Result<FramePtr> { throw std::bad_alloc(); })),
               std::bad_alloc);
  const auto failed = load([]() -> Result<FramePtr> { throw std::runtime_error("odd"); });
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().message, "odd");
  EXPECT_EQ(cache.stats().charged_bytes, 0U);
  EXPECT_NE(get(cache, 1, FrameClass::kPacked), nullptr);
}

// Threads that want the frame 3 and one that loads it, whose allocation with the number
// `failing_number` fails. False if it makes fewer.
bool load_with_failing_allocation(FrameCache& cache, unsigned failing_number) {
  constexpr std::uint64_t kWaiting = 4;
  std::atomic<bool> is_loading = false;
  const auto load = [&]() -> Result<FramePtr> {
    const std::uint64_t joined = cache.stats().hits + kWaiting;
    is_loading = true;
    while (cache.stats().hits < joined) std::this_thread::yield();
    return make_frame(3);
  };
  bool has_failed = false;
  std::thread loading([&] {
    const testing::FailingAllocation failing(failing_number);
    try {
      EXPECT_TRUE(cache.load(data_key(3), FrameClass::kPacked, kFrameSize, load));
    } catch (const std::bad_alloc&) {
    }
    has_failed = failing.happened();
    is_loading = true;  // if it never came to that
  });
  while (!is_loading) std::this_thread::yield();
  std::vector<std::thread> waiting;
  for (std::uint64_t i = 0; i < kWaiting; ++i) {
    waiting.emplace_back([&] {
      try {
        EXPECT_TRUE(
            cache.load(data_key(3), FrameClass::kPacked, kFrameSize, [] { return make_frame(3); }));
      } catch (const std::bad_alloc&) {  // as the thread for which it waited
      }
    });
  }
  loading.join();
  for (std::thread& thread : waiting) thread.join();
  return has_failed;
}

TEST(FrameCache, NoFailedAllocationLeavesAThreadWaiting) {
  const std::uint64_t kCapacity = 2 * kCost;
  unsigned number = 1;
  bool has_failed = true;
  for (; has_failed; ++number) {
    FrameCache cache(kCapacity, kFrameSize);
    for (const std::uint32_t held : {1U, 2U}) get(cache, held, FrameClass::kPacked);
    has_failed = load_with_failing_allocation(cache, number);
    for (const std::uint32_t wanted : {3U, 1U, 2U}) {
      EXPECT_EQ(get(cache, wanted, FrameClass::kPacked)->bytes()[0], std::byte(wanted)) << number;
    }
    EXPECT_LE(cache.stats().charged_bytes, kCapacity) << number;
    EXPECT_EQ(cache.stats().charged_bytes, cache.stats().frames * kCost) << number;
    cache.clear();
    EXPECT_EQ(cache.stats().charged_bytes, 0U) << number;
  }
  EXPECT_GT(number, 5U);  // it does allocate
}

TEST(FrameCache, ThreadsThatWantOneFrameLoadItOnce) {
  constexpr int kThreads = 8;
  FrameCache cache(10 * kCost, kFrameSize);
  std::atomic<int> loads{0};
  std::atomic<int> started{0};
  std::vector<FramePtr> frames(kThreads);
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&, t] {
      ++started;
      frames[static_cast<std::size_t>(t)] = cache
                                                .load(data_key(7), FrameClass::kPacked, kFrameSize,
                                                      [&] {
                                                        ++loads;
                                                        while (started < kThreads)
                                                          std::this_thread::yield();
                                                        return make_frame(7);
                                                      })
                                                .value();
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(loads, 1);
  for (const FramePtr& frame : frames) EXPECT_EQ(frame, frames[0]);
  EXPECT_EQ(cache.stats().misses, 1U);
}

TEST(FrameCache, ClearDropsAllButWhatIsPinned) {
  FrameCache cache(10 * kCost, kFrameSize);
  const FramePtr pinned = get(cache, 1, FrameClass::kPacked);
  get(cache, 2, FrameClass::kIndex);
  cache.clear();
  EXPECT_EQ(cache.stats().charged_bytes, 0U);
  EXPECT_EQ(cache.find(data_key(2)), nullptr);
  EXPECT_EQ(pinned->bytes()[0], std::byte{1});
}

// Seeded, so that a failure repeats; run under TSan to find races.
TEST(FrameCache, SurvivesManyThreadsWithSomeFailures) {
  constexpr std::uint32_t kKeys = 200;
  FrameCache cache(40 * kCost, kFrameSize);
  std::vector<std::thread> threads;
  std::atomic<int> wrong{0};
  for (unsigned t = 0; t < 8; ++t) {
    threads.emplace_back([&, t] {
      std::mt19937 generator(t);
      for (int i = 0; i < 5000; ++i) {
        const auto number = static_cast<std::uint32_t>(generator() % kKeys);
        const bool fails = number % 10 == 0;
        const auto frame =
            cache.load(data_key(number), static_cast<FrameClass>(number % kFrameClassCount),
                       kFrameSize, [&]() -> Result<FramePtr> {
                         if (fails) return fail(ErrorCode::kIo, "key {}", number);
                         return make_frame(number);
                       });
        if (frame.has_value() == fails) ++wrong;
        if (frame && (*frame)->bytes()[kFrameSize - 1] != std::byte(number)) ++wrong;
        if (i % 1000 == 0) cache.clear();
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(wrong, 0);
  EXPECT_LE(cache.stats().charged_bytes, 40 * kCost);
}

}  // namespace
}  // namespace zvfs
