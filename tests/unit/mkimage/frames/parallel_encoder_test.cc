#include "mkimage/frames/parallel_encoder.h"

#include <atomic>
#include <chrono>
#include <cstring>
#include <new>
#include <random>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "tests/support/failing_allocation.h"

namespace zvfs {
namespace {

constexpr std::uint32_t kSize = 256 << 10;

// Remembers what came, but not the bytes.
class CountingSink : public FrameSink {
 public:
  Result<void> write(const CodedFrame& frame) override {
    if (frame.number.value == fail_at) return fail(ErrorCode::kIo, "no space");
    numbers.push_back(frame.number.value);
    bytes += frame.bytes.size();
    return {};
  }

  std::uint32_t fail_at = 0xFFFFFFFF;
  std::vector<std::uint32_t> numbers;
  std::size_t bytes = 0;
};

FrameContent random_content(std::uint32_t number) {
  FrameContent content;
  content.number = FrameNumber{number};
  content.stream_offset = StreamOffset{std::uint64_t{number} * kSize};
  content.bytes.resize(kSize);
  std::mt19937_64 random(number);
  for (std::size_t i = 0; i < kSize; i += 8) {
    const std::uint64_t value = random();
    std::memcpy(content.bytes.data() + i, &value, sizeof value);
  }
  return content;
}

std::vector<std::uint32_t> numbers_below(std::uint32_t end) {
  std::vector<std::uint32_t> numbers(end);
  for (std::uint32_t i = 0; i < end; ++i) numbers[i] = i;
  return numbers;
}

// Encodes some frames. Errors: NoMemory.
Result<void> encode_frames(FrameSink& sink, unsigned threads) {
  constexpr std::uint32_t kFrames = 5;
  try {
    ParallelEncoder encoder(sink, {}, threads);
    for (std::uint32_t number = 0; number < kFrames; ++number) {
      FrameContent content = random_content(number);
      ZVFS_TRY(encoder.add(content));
    }
    return encoder.finish();
  } catch (const std::bad_alloc&) {
    return Unexpected(out_of_memory());
  }
}

TEST(ParallelEncoder, EndsWhicheverAllocationFails) {
  using testing::FailingAllocation;
  for (const auto of : {FailingAllocation::Of::kThisThread, FailingAllocation::Of::kAllThreads}) {
    unsigned failures = 0;
    for (unsigned number = 1;; ++number) {
      CountingSink sink;
      const FailingAllocation failing(number, of);
      const auto encoded = encode_frames(sink, 3);
      if (!failing.happened()) break;
      ++failures;
      // A thread that cannot be started is done without.
      if (encoded) {
        EXPECT_EQ(sink.numbers, numbers_below(5)) << number;
      }
    }
    EXPECT_GT(failures, 5U);
  }
}

TEST(ParallelEncoder, WritesInOrderWhatManyThreadsAdd) {
  constexpr std::uint32_t kFrames = 100;
  for (const unsigned threads : {1U, 3U}) {
    CountingSink sink;
    ParallelEncoder encoder(sink, {}, threads);
    std::atomic<std::uint32_t> next = 0;
    {
      std::vector<std::jthread> readers;
      for (int i = 0; i < 4; ++i) {
        readers.emplace_back([&] {
          for (std::uint32_t number = next++; number < kFrames; number = next++) {
            FrameContent content = random_content(number);
            EXPECT_TRUE(encoder.add(content));
          }
        });
      }
    }
    ASSERT_TRUE(encoder.finish());
    EXPECT_EQ(sink.numbers, numbers_below(kFrames));
    EXPECT_GT(sink.bytes, std::size_t{kFrames} * kSize);  // nothing shrinks
  }
}

// More is added than may wait before the first frame, which a slow disk holds up.
// Wants digests, and compares them.
class HashedSink final : public FrameSink {
 public:
  [[nodiscard]] bool wants_digests() const override { return true; }
  Result<void> write(const CodedFrame& frame) override {
    if (frame.digest == Sha256::of(frame.bytes)) ++right;
    return {};
  }

  std::uint32_t right = 0;
};

TEST(ParallelEncoder, HashesWhatItHasEncoded) {
  HashedSink sink;
  EXPECT_TRUE(encode_frames(sink, 2));
  EXPECT_EQ(sink.right, 5U);
}

TEST(ParallelEncoder, EncodesTheNextFrameHoweverLateItComes) {
  constexpr std::uint32_t kFrames = 200;
  CountingSink sink;
  ParallelEncoder encoder(sink, {}, 2);
  std::atomic<std::uint32_t> added = 0;
  std::jthread others([&] {
    for (std::uint32_t number = 1; number < kFrames; ++number) {
      FrameContent content = random_content(number);
      EXPECT_TRUE(encoder.add(content));
      ++added;
    }
  });
  for (std::uint32_t before = 1; before != added;) {  // until the others wait
    before = added;
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
  }
  EXPECT_LT(added, kFrames - 1);
  FrameContent first = random_content(0);
  ASSERT_TRUE(encoder.add(first));
  others.join();
  ASSERT_TRUE(encoder.finish());
  EXPECT_EQ(sink.numbers, numbers_below(kFrames));
}

TEST(ParallelEncoder, FailsAllWhoAddWhenTheSinkFails) {
  CountingSink sink;
  sink.fail_at = 3;
  ParallelEncoder encoder(sink, {}, 2);
  std::uint32_t number = 0;
  FrameContent content = random_content(number);
  while (encoder.add(content)) content = random_content(++number);
  EXPECT_GE(number, 3U);
  const auto finished = encoder.finish();
  ASSERT_FALSE(finished);
  EXPECT_EQ(finished.error().message, "no space");
  EXPECT_EQ(sink.numbers, numbers_below(3));
}

TEST(ParallelEncoder, IsGivenUpWithFramesThatWaitForOthers) {
  CountingSink sink;
  ParallelEncoder encoder(sink, {}, 1);
  FrameContent content = random_content(1);
  ASSERT_TRUE(encoder.add(content));
}

}  // namespace
}  // namespace zvfs
