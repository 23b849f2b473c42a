#include "format/frame_memory.h"

#include <atomic>
#include <chrono>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "fuse/ahead/memory_ahead.h"
#include "tests/support/failing_allocation.h"
#include "tests/support/sanitizers.h"

namespace zvfs {
namespace {

constexpr std::size_t kSize = 200'000;

class FrameMemoryTest : public ::testing::Test {
 protected:
  void SetUp() override {
    if (testing::kAddressSanitizer) GTEST_SKIP() << "it is to see each frame's own block";
  }

  // Waits, for ten seconds at the most, until as much is idle.
  bool is_idle(std::size_t bytes) {
    for (int i = 0; i < 5000 && memory->idle_bytes() < bytes; ++i) {
      std::this_thread::sleep_for(std::chrono::milliseconds(2));
    }
    return memory->idle_bytes() >= bytes;
  }

  const std::shared_ptr<FrameMemory> memory = std::make_shared<FrameMemory>();
};

TEST_F(FrameMemoryTest, FreesABlockThatItCannotNote) {
  FrameMemory::Block block = memory->take(kSize);
  memory->release_idle();  // or else there is a place for it
  {
    const testing::FailingAllocation failing(1);
    block.reset();
    EXPECT_TRUE(failing.happened());
  }
  EXPECT_EQ(memory->idle_bytes(), 0U);
  memory->take(kSize).reset();
  EXPECT_GE(memory->idle_bytes(), kSize);
}

TEST_F(FrameMemoryTest, GivesWhatOneFrameLeavesToTheNext) {
  FrameMemory::Block block = memory->take(kSize);
  const std::byte* const place = block.get();
  block.reset();
  EXPECT_GE(memory->idle_bytes(), kSize);
  EXPECT_LE(memory->idle_bytes(), kSize + kSize / 8);
  block = memory->take(kSize + 100);  // of about the same size
  EXPECT_EQ(block.get(), place);
  EXPECT_EQ(memory->idle_bytes(), 0U);
}

TEST_F(FrameMemoryTest, KeepsNeitherSmallNorGiantBlocks) {
  memory->take(1);
  memory->take(10'000);
  memory->take(FrameMemory::kMaxIdleBytes + 1);
  EXPECT_EQ(memory->idle_bytes(), 0U);
}

TEST_F(FrameMemoryTest, KeepsABoundedAmount) {
  std::vector<FrameMemory::Block> blocks;
  for (std::size_t i = 0; i < 100; ++i) blocks.push_back(memory->take(kSize + 3000 * i));
  blocks.clear();
  EXPECT_LE(memory->idle_bytes(), FrameMemory::kMaxIdleBytes);
  EXPECT_GT(memory->idle_bytes(), FrameMemory::kMaxIdleBytes / 2);
  memory->release_idle();
  EXPECT_EQ(memory->idle_bytes(), 0U);
}

TEST_F(FrameMemoryTest, FreesOtherSizesForThatInUse) {
  std::vector<FrameMemory::Block> blocks;
  while (blocks.size() * kSize < FrameMemory::kMaxIdleBytes) blocks.push_back(memory->take(kSize));
  blocks.clear();
  FrameMemory::Block block = memory->take(4 * kSize);
  const std::byte* const place = block.get();
  block.reset();
  EXPECT_EQ(memory->take(4 * kSize).get(), place);
}

TEST_F(FrameMemoryTest, IsMadeReadyAhead) {
  MemoryAhead ahead(*memory);
  ahead.start();
  std::this_thread::sleep_for(std::chrono::milliseconds(20));
  EXPECT_EQ(memory->idle_bytes(), 0U);  // nothing was taken yet
  const FrameMemory::Block block = memory->take(kSize);
  ASSERT_TRUE(is_idle(4 * kSize));
  std::this_thread::sleep_for(std::chrono::milliseconds(20));
  EXPECT_LE(memory->idle_bytes(), FrameMemory::kMaxIdleBytes / 2);
  memory->release_idle();
  const FrameMemory::Block other = memory->take(2 * kSize);
  EXPECT_TRUE(is_idle(2 * kSize));
  ahead.stop();
  EXPECT_FALSE(memory->make_ready());
}

TEST_F(FrameMemoryTest, ServesManyThreads) {
  MemoryAhead ahead(*memory);
  ahead.start();
  std::vector<std::jthread> threads;
  for (unsigned id = 0; id < 4; ++id) {
    threads.emplace_back([this, id] {
      for (std::size_t i = 0; i < 2000; ++i) {
        const FrameMemory::Block block = memory->take(70'000 + (i % 7 + id) * 9000);
        block[0] = block[69'999] = static_cast<std::byte>(id);
        EXPECT_EQ(block[0], block[69'999]);
      }
    });
  }
  threads.clear();
  EXPECT_LE(memory->idle_bytes(), FrameMemory::kMaxIdleBytes);
}

TEST(FrameMemory, OutlivesItsOwnerWhileABlockIsHeld) {
  auto memory = std::make_shared<FrameMemory>();
  const FrameMemory::Block block = memory->take(kSize);
  memory.reset();
  block[kSize - 1] = std::byte{1};
}

}  // namespace
}  // namespace zvfs
