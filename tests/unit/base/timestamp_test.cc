#include "base/timestamp.h"

#include <cstdlib>
#include <ctime>

#include <gtest/gtest.h>

namespace zvfs {
namespace {

Timestamp parsed(const char* text) {
  const auto time = Timestamp::parse(text);
  EXPECT_TRUE(time) << time.error().message;
  return time ? *time : Timestamp{-1, 1};
}

TEST(Timestamp, TakesSeconds) {
  EXPECT_EQ(parsed("@0"), (Timestamp{0, 0}));
  EXPECT_EQ(parsed("@1700000000.25"), (Timestamp{1'700'000'000, 250'000'000}));
  EXPECT_EQ(parsed("@-5"), (Timestamp{-5, 0}));
  EXPECT_EQ(parsed("@-5.0"), (Timestamp{-5, 0}));
  EXPECT_EQ(parsed("@-1.5"), (Timestamp{-2, 500'000'000}));
  EXPECT_EQ(parsed("@-0.5"), (Timestamp{-1, 500'000'000}));
  EXPECT_EQ(parsed("@-0.000000001"), (Timestamp{-1, 999'999'999}));
  EXPECT_EQ(parsed("@-9223372036854775808"), (Timestamp{INT64_MIN, 0}));
  EXPECT_EQ(parsed("@-9223372036854775807.5"), (Timestamp{INT64_MIN, 500'000'000}));
}

TEST(Timestamp, TakesDatesWithAZone) {
  EXPECT_EQ(parsed("1970-01-01Z"), (Timestamp{0, 0}));
  EXPECT_EQ(parsed("2024-02-29 12:30:45Z"), (Timestamp{1'709'209'845, 0}));
  EXPECT_EQ(parsed("2024-02-29T12:30:45.123456789 UTC"), (Timestamp{1'709'209'845, 123'456'789}));
  EXPECT_EQ(parsed("2024-02-29T12:30+01:00"), (Timestamp{1'709'206'200, 0}));
  EXPECT_EQ(parsed("2024-02-29 12:30 -0130"), (Timestamp{1'709'215'200, 0}));
}

TEST(Timestamp, TakesLocalTimeWithoutOne) {
  const char* const old = std::getenv("TZ");
  const std::string kept = old == nullptr ? "" : old;
  ::setenv("TZ", "XYZ-2", 1);
  ::tzset();
  EXPECT_EQ(parsed("1970-01-01 02:00"), (Timestamp{0, 0}));
  old == nullptr ? ::unsetenv("TZ") : ::setenv("TZ", kept.c_str(), 1);
  ::tzset();
}

TEST(Timestamp, RefusesAnythingElse) {
  for (const char* text :
       {"", "@", "@x", "@1.", "@1x", "yesterday", "2024", "2024-13-01", "2024-02-30Z", "2024-1-1",
        "2024-01-01 24:00", "2024-01-01T", "2024-01-01 10:00:60Z", "2024-01-01 10:00Zulu",
        "2024-01-01 10:00+1", "-024-01-01", "@99999999999999999999", "@-9223372036854775808.5"}) {
    EXPECT_FALSE(Timestamp::parse(text)) << text;
  }
}

}  // namespace
}  // namespace zvfs
