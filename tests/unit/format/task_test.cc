#include "format/task.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "base/units.h"
#include "format/decode_gate.h"
#include "format/image.h"
#include "tests/support/image_forge.h"

namespace zvfs {
namespace {

// Wanted for so many steps, and no longer.
class LimitedTask final : public Task {
 public:
  explicit LimitedTask(int steps) : steps_left_(steps) {}
  bool is_wanted() override { return steps_left_-- > 0; }

 private:
  int steps_left_;
};

TEST(Task, BelongsToTheThreadWithinItsScope) {
  EXPECT_TRUE(is_task_wanted());
  std::atomic<bool> stopped = false;
  StoppableTask outer(stopped);
  const TaskScope outer_scope(outer);
  EXPECT_TRUE(is_task_wanted());
  {
    LimitedTask inner(0);
    const TaskScope inner_scope(inner);
    EXPECT_FALSE(is_task_wanted());
    bool elsewhere = false;
    std::thread([&] { elsewhere = is_task_wanted(); }).join();
    EXPECT_TRUE(elsewhere);
  }
  EXPECT_TRUE(is_task_wanted());
  stopped = true;
  EXPECT_FALSE(is_task_wanted());
}

constexpr std::uint32_t kFrame = 64 * kKiB;
constexpr std::uint32_t kFrames = 20;

ByteVector image_of_frames() {
  testing::ImageForge forge;
  forge.spread_big(kFrames, kFrame);
  return forge.build();
}

TEST(Task, AReadAsksBeforeEachFrame) {
  const auto image = Image::open(std::make_unique<MemorySource>(image_of_frames()), {}).value();
  const Inode big = image->inode({2}).value();
  ASSERT_TRUE(image->read(big, 0, kFrame));  // decodes the index frames, too
  const std::uint64_t before = image->reader_stats().decodes;
  LimitedTask task(3);
  const TaskScope scope(task);
  const auto read = image->read(big, 0, kFrames * kFrame);
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().code, ErrorCode::kCancelled);
  EXPECT_EQ(image->reader_stats().decodes, before + 3);
  EXPECT_TRUE(image->read(big, 0, 4 * kFrame)) << "what is decoded is there for all";
}

// Counts the reads that are in progress at once.
class CountingSource final : public ImageSource {
 public:
  explicit CountingSource(ByteVector bytes) : bytes_(std::move(bytes)) {}
  [[nodiscard]] std::uint64_t size() const override { return bytes_.size(); }
  Result<void> read(std::uint64_t offset, MutableByteSpan out) const override {
    const unsigned now = ++running;
    for (unsigned seen = most; seen < now && !most.compare_exchange_weak(seen, now);) {
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
    --running;
    return bytes_.read(offset, out);
  }
  mutable std::atomic<unsigned> running = 0;
  mutable std::atomic<unsigned> most = 0;

 private:
  MemorySource bytes_;
};

TEST(DecodeGate, BoundsTheReadsAtOnceNotTheReaders) {
  auto source = std::make_unique<CountingSource>(image_of_frames());
  const CountingSource& counted = *source;
  const auto image = Image::open(std::move(source), {}).value();
  const Inode big = image->inode({2}).value();
  std::atomic<int> failures = 0;
  std::vector<std::thread> readers;
  constexpr unsigned kReaders = 100;
  for (unsigned i = 0; i < kReaders; ++i) {
    readers.emplace_back([&, i] {
      const auto read = image->read(big, std::uint64_t{i % kFrames} * kFrame, 100);
      if (!read || read->front().bytes[0] != std::byte(i % kFrames)) ++failures;
    });
  }
  for (std::thread& reader : readers) reader.join();
  EXPECT_EQ(failures, 0);
  EXPECT_LE(counted.most, DecodeGate::max_count());
}

}  // namespace
}  // namespace zvfs
