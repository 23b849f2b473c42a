#include "mkimage/frames/frame_number.h"

#include <gtest/gtest.h>

#include "format/records.h"

namespace zvfs {
namespace {

TEST(FrameNumber, CountsFromZero) {
  EXPECT_EQ(next_frame_number(0).value(), FrameNumber{0});
  EXPECT_EQ(next_frame_number(7).value(), FrameNumber{7});
}

TEST(FrameNumber, LeavesRoomForTheIndexFrame) {
  EXPECT_EQ(next_frame_number(kMaxFrames - 2).value(), FrameNumber{kMaxFrames - 2});
  const auto beyond = next_frame_number(kMaxFrames - 1);
  ASSERT_FALSE(beyond);
  EXPECT_EQ(beyond.error().code, ErrorCode::kTooLarge);
  EXPECT_EQ(beyond.error().message, "more than 134217727 frames: choose a larger frame size");
}

}  // namespace
}  // namespace zvfs
