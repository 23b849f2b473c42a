#include "mkimage/frames/ordered_writer.h"

#include <atomic>
#include <chrono>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

namespace zvfs {
namespace {

// Remembers what it was given, and can fail or be slow.
class RecordingSink : public FrameSink {
 public:
  Result<void> write(const CodedFrame& frame) override {
    EXPECT_FALSE(busy_.exchange(true)) << "two threads write at a time";
    if (frame.number.value == fail_at) {
      busy_ = false;
      return fail(ErrorCode::kIo, "no space");
    }
    numbers.push_back(frame.number.value);
    bytes.push_back(frame.bytes);
    busy_ = false;
    return {};
  }

  std::uint32_t fail_at = 0xFFFFFFFF;
  std::vector<std::uint32_t> numbers;
  std::vector<ByteVector> bytes;

 private:
  std::atomic<bool> busy_ = false;
};

CodedFrame make_frame(std::uint32_t number, std::size_t size = 10) {
  CodedFrame frame;
  frame.number = FrameNumber{number};
  frame.bytes.assign(size, static_cast<std::byte>(number));
  return frame;
}

TEST(OrderedWriter, WritesInOrderWhatComesOutOfOrder) {
  RecordingSink sink;
  OrderedWriter writer(sink, 1000);
  for (const std::uint32_t number : {2U, 1U, 4U, 0U, 3U}) {
    CodedFrame frame = make_frame(number);
    ASSERT_TRUE(writer.submit(frame));
  }
  EXPECT_EQ(sink.numbers, std::vector<std::uint32_t>({0, 1, 2, 3, 4}));
  for (std::uint32_t i = 0; i < 5; ++i) EXPECT_EQ(sink.bytes[i], make_frame(i).bytes);
}

TEST(OrderedWriter, KeepsItsOrderUnderManyThreads) {
  constexpr std::uint32_t kFrames = 5000;
  for (const std::size_t window : {1U, 100U, 100'000U}) {
    RecordingSink sink;
    OrderedWriter writer(sink, window);
    std::atomic<std::uint32_t> next = 0;
    {
      std::vector<std::jthread> threads;
      for (int i = 0; i < 8; ++i) {
        threads.emplace_back([&] {
          for (std::uint32_t number = next++; number < kFrames; number = next++) {
            CodedFrame frame = make_frame(number, 1 + number % 17);
            EXPECT_TRUE(writer.wait_for_room(frame.number));
            EXPECT_TRUE(writer.submit(frame));
          }
        });
      }
    }
    ASSERT_EQ(sink.numbers.size(), kFrames);
    for (std::uint32_t i = 0; i < kFrames; ++i) {
      ASSERT_EQ(sink.numbers[i], i);
      ASSERT_EQ(sink.bytes[i], make_frame(i, 1 + i % 17).bytes);
    }
  }
}

TEST(OrderedWriter, HasNoRoomWhenTheWindowIsFull) {
  RecordingSink sink;
  OrderedWriter writer(sink, 20);
  for (const std::uint32_t number : {1U, 2U}) {
    ASSERT_TRUE(writer.wait_for_room(FrameNumber{number}));
    CodedFrame frame = make_frame(number);
    ASSERT_TRUE(writer.submit(frame));
  }
  std::atomic<bool> submitted = false;
  std::jthread blocked([&] {
    CodedFrame third = make_frame(3);
    EXPECT_TRUE(writer.wait_for_room(third.number));
    EXPECT_TRUE(writer.submit(third));
    submitted = true;
  });
  std::this_thread::sleep_for(std::chrono::milliseconds(50));
  EXPECT_FALSE(submitted);
  ASSERT_TRUE(writer.wait_for_room(FrameNumber{0}));  // always for the one that is next
  CodedFrame frame = make_frame(0);
  ASSERT_TRUE(writer.submit(frame));
  blocked.join();
  EXPECT_EQ(sink.numbers, std::vector<std::uint32_t>({0, 1, 2, 3}));
}

TEST(OrderedWriter, StopsAllAtTheFirstError) {
  RecordingSink sink;
  sink.fail_at = 1;
  OrderedWriter writer(sink, 10);
  CodedFrame frame = make_frame(2);
  ASSERT_TRUE(writer.submit(frame));
  std::jthread blocked([&] { EXPECT_FALSE(writer.wait_for_room(FrameNumber{3})); });
  frame = make_frame(0);
  ASSERT_TRUE(writer.submit(frame));
  frame = make_frame(1);
  const auto failed = writer.submit(frame);
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().message, "no space");
  blocked.join();
  frame = make_frame(4);
  EXPECT_FALSE(writer.submit(frame));
  writer.stop({ErrorCode::kIo, "a later error"});
  EXPECT_EQ(writer.error()->message, "no space");
  EXPECT_EQ(sink.numbers, std::vector<std::uint32_t>({0}));
}

TEST(OrderedWriter, IsStoppedFromOutside) {
  RecordingSink sink;
  OrderedWriter writer(sink, 10);
  CodedFrame frame = make_frame(1);
  ASSERT_TRUE(writer.submit(frame));
  std::jthread blocked([&] { EXPECT_FALSE(writer.wait_for_room(FrameNumber{2})); });
  writer.stop({ErrorCode::kNoMemory, "out of memory"});
  blocked.join();
  EXPECT_EQ(writer.error()->code, ErrorCode::kNoMemory);
}

}  // namespace
}  // namespace zvfs
