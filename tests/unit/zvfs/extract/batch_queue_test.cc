#include "zvfs/extract/batch_queue.h"

#include <atomic>
#include <chrono>
#include <thread>

#include <gtest/gtest.h>

namespace zvfs {
namespace {

using namespace std::chrono_literals;

// A batch that a test knows again.
std::unique_ptr<ExtractBatch> batch(std::uint32_t number) {
  auto made = std::make_unique<ExtractBatch>();
  made->whole_items.push_back(number);
  return made;
}

TEST(BatchQueue, HandsOverWhatIsLeftBeforeItsEnd) {
  BatchQueue queue;
  EXPECT_TRUE(queue.put(batch(7)));
  queue.end();
  const auto taken = queue.take();
  ASSERT_NE(taken, nullptr);
  EXPECT_EQ(taken->whole_items.at(0), 7U);
  EXPECT_EQ(queue.take(), nullptr);
  EXPECT_EQ(queue.take(), nullptr);
}

TEST(BatchQueue, TakesNothingAfterAStop) {
  BatchQueue queue;
  queue.stop();
  EXPECT_FALSE(queue.put(batch(1)));
}

TEST(BatchQueue, KeepsTheOrder) {
  BatchQueue queue;
  std::jthread maker([&] {
    for (std::uint32_t i = 0; i < 1000; ++i) EXPECT_TRUE(queue.put(batch(i)));
    queue.end();
  });
  std::uint32_t next = 0;
  while (const auto taken = queue.take()) EXPECT_EQ(taken->whole_items.at(0), next++);
  EXPECT_EQ(next, 1000U);
}

TEST(BatchQueue, HoldsOneBatchBack) {
  BatchQueue queue;
  std::atomic<int> put = 0;
  std::jthread maker([&] {
    for (std::uint32_t i = 0; i < 3; ++i) {
      queue.put(batch(i));
      ++put;
    }
    queue.end();
  });
  while (put < 1) std::this_thread::yield();
  std::this_thread::sleep_for(20ms);
  EXPECT_EQ(put, 1);  // the second waits for room
  while (queue.take() != nullptr) {
  }
}

TEST(BatchQueue, LetsAWaitingMakerGoWhenStopped) {
  BatchQueue queue;
  ASSERT_TRUE(queue.put(batch(1)));
  std::jthread maker([&] { EXPECT_FALSE(queue.put(batch(2))); });
  std::this_thread::sleep_for(20ms);
  queue.stop();
}

}  // namespace
}  // namespace zvfs
