#include "fuse/serve/inspector.h"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "fuse/mount/signal_thread.h"
#include "tests/support/image_forge.h"

namespace zvfs {
namespace {

using std::chrono::microseconds;

TEST(RequestStats, BucketsArePowersOfTwoMicroseconds) {
  EXPECT_EQ(RequestStats::bucket_of(std::chrono::nanoseconds(999)), 0U);
  EXPECT_EQ(RequestStats::bucket_of(microseconds(1)), 1U);
  EXPECT_EQ(RequestStats::bucket_of(microseconds(2)), 2U);
  EXPECT_EQ(RequestStats::bucket_of(microseconds(3)), 2U);
  EXPECT_EQ(RequestStats::bucket_of(microseconds(4)), 3U);
  EXPECT_EQ(RequestStats::bucket_of(std::chrono::hours(1)), RequestStats::kBuckets - 1);
}

class InspectorTest : public ::testing::Test {
 protected:
  InspectorTest()
      : image_(
            Image::open(std::make_unique<MemorySource>(testing::ImageForge().build()), {}).value()),
        known_(inode_count(image_->header())),
        filler_(
            *image_, known_, [](InodeNumber, std::uint64_t, ByteSpan) { return 0; },
            [] { return false; }),
        readahead_(*image_, {}),
        inspector_(*image_, requests_, filler_, readahead_) {}

  nlohmann::json attribute(std::uint32_t inode, std::string_view name) {
    return nlohmann::json::parse(inspector_.attribute({inode}, name).value().value());
  }

  std::unique_ptr<Image> image_;
  InodeSet known_;
  RequestStats requests_;
  PageFiller filler_;
  Readahead readahead_;
  Inspector inspector_;
};

TEST_F(InspectorTest, StatsAreOfTheRootAlone) {
  requests_.add(Operation::kRead, microseconds(5), RequestStats::Outcome::kAnswered);
  requests_.add(Operation::kRead, microseconds(1), RequestStats::Outcome::kFailed);
  requests_.add_bytes_read(42);
  const nlohmann::json stats = attribute(1, Inspector::kStatsName);
  EXPECT_EQ(stats["requests"]["read"]["count"], 2);
  EXPECT_EQ(stats["requests"]["read"]["errors"], 1);
  EXPECT_EQ(stats["requests"]["read"]["nanoseconds"], 6000);
  EXPECT_EQ(stats["bytes_served"], 42);
  EXPECT_FALSE(inspector_.attribute({2}, Inspector::kStatsName).value());
  EXPECT_FALSE(inspector_.attribute({1}, "user.zvfs.nothing").value());
}

TEST_F(InspectorTest, FramesOfAFileAddUpToIt) {
  const nlohmann::json big = attribute(2, Inspector::kFramesName);
  ASSERT_EQ(big["frames"].size(), 4U);
  EXPECT_EQ(big["frames"][1]["kind"], "stored");
  EXPECT_EQ(big["frames"][2]["kind"], "fill");
  EXPECT_EQ(big["frames"][3]["file_bytes"], 220);
  EXPECT_EQ(big["data_bytes"], 1500);
  const nlohmann::json sparse = attribute(6, Inspector::kFramesName);
  EXPECT_EQ(sparse["data_bytes"], 76);
  EXPECT_EQ(attribute(4, Inspector::kFramesName)["frame_count"], 0);
  EXPECT_FALSE(inspector_.attribute({1}, Inspector::kFramesName).value());
  EXPECT_EQ(inspector_.attribute({99}, Inspector::kFramesName).error().code, ErrorCode::kNotFound);
}

TEST(SignalThread, CallsForEachSignalAndEnds) {
  std::atomic<int> calls{0};
  {
    const SignalThread thread(SIGUSR1, [&] { ++calls; });
    for (int expected = 1; expected <= 3; ++expected) {
      kill(getpid(), SIGUSR1);
      while (calls < expected) std::this_thread::yield();
    }
  }
  EXPECT_EQ(calls, 3);
}

}  // namespace
}  // namespace zvfs
