#include "base/parallel.h"

#include <atomic>

#include <gtest/gtest.h>

#include "tests/support/failing_allocation.h"

namespace zvfs {
namespace {

using testing::FailingAllocation;

TEST(ThreadGroup, RunsAsManyAsWanted) {
  std::atomic<int> runs = 0;
  ThreadGroup group;
  group.start(3, [&] { ++runs; });
  group.join();
  EXPECT_EQ(runs, 3);
  group.join();  // harmless
}

TEST(ThreadGroup, RunsFewerWhereMemoryFails) {
  unsigned number = 1;
  for (bool has_failed = true; has_failed; ++number) {
    std::atomic<int> runs = 0;
    ThreadGroup group;
    {
      const FailingAllocation failing(number);
      group.start(3, [&] { ++runs; });
      has_failed = failing.happened();
    }
    group.join();
    EXPECT_LE(runs, has_failed ? 2 : 3);
  }
  EXPECT_GT(number, 3U);
}

TEST(ThreadGroup, ThrowsOnlyIfNoneCanBeStarted) {
  for (unsigned number = 1;; ++number) {
    std::atomic<int> runs = 0;
    ThreadGroup group;
    const FailingAllocation failing(number);
    bool has_thrown = false;
    try {
      group.start_at_least_one(3, [&] { ++runs; });
    } catch (const std::bad_alloc&) {
      has_thrown = true;
    }
    group.join();
    EXPECT_EQ(has_thrown, runs == 0) << number;
    if (!failing.happened()) break;
  }
}

TEST(Parallel, DoesAllWorkWithFewerThreads) {
  for (unsigned number = 1;; ++number) {
    std::atomic<int> next = 0;
    std::atomic<int> done = 0;
    const std::function<void(unsigned)> body = [&](unsigned) {
      while (next++ < 100) ++done;
    };
    const FailingAllocation failing(number);
    run_on_threads(4, body);
    EXPECT_EQ(done, 100) << number;
    if (!failing.happened()) break;
  }
}

}  // namespace
}  // namespace zvfs
