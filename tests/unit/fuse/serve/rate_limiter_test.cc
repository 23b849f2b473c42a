#include "fuse/serve/rate_limiter.h"

#include <gtest/gtest.h>

namespace zvfs {
namespace {

using std::chrono::seconds;

TEST(RateLimiter, AdmitsABurstInEachPeriodAndCountsTheRest) {
  RateLimiter limiter(3, seconds(10));
  const RateLimiter::Clock::time_point start(seconds(1000));
  for (int i = 0; i < 3; ++i) EXPECT_EQ(limiter.admit(start + seconds(i)), 0U);
  for (int i = 3; i < 10; ++i) EXPECT_EQ(limiter.admit(start + seconds(i)), std::nullopt);
  EXPECT_EQ(limiter.admit(start + seconds(10)), 7U);
  EXPECT_EQ(limiter.admit(start + seconds(11)), 0U);
}

}  // namespace
}  // namespace zvfs
