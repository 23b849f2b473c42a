#include "base/units.h"

#include <limits>

#include <gtest/gtest.h>

namespace zvfs {
namespace {

// As `numfmt --to=iec` and `ls -h` of coreutils 9.1 print them: rounded up.
TEST(HumanSize, IsThatOfCoreutils) {
  EXPECT_EQ(human_size(0), "0");
  EXPECT_EQ(human_size(1023), "1023");
  EXPECT_EQ(human_size(1024), "1.0K");
  EXPECT_EQ(human_size(1025), "1.1K");
  EXPECT_EQ(human_size(10137), "9.9K");
  EXPECT_EQ(human_size(10138), "10K");
  EXPECT_EQ(human_size(10240), "10K");
  EXPECT_EQ(human_size(10241), "11K");
  EXPECT_EQ(human_size(1023 * kKiB), "1023K");
  EXPECT_EQ(human_size(1023 * kKiB + 1), "1.0M");
  EXPECT_EQ(human_size(kMiB), "1.0M");
  EXPECT_EQ(human_size(5 * kGiB / 2), "2.5G");
  EXPECT_EQ(human_size(std::uint64_t{1} << 63), "8.0E");
  EXPECT_EQ(human_size(std::numeric_limits<std::uint64_t>::max()), "16E");
}

TEST(ParseSize, TakesTheUsualSuffixes) {
  EXPECT_EQ(parse_size("17").value(), 17U);
  EXPECT_EQ(parse_size("2k").value(), 2 * kKiB);
  EXPECT_EQ(parse_size("3MiB").value(), 3 * kMiB);
  EXPECT_EQ(parse_size("1GB").value(), kGiB);
  for (const char* const text :
       {"", "k", "-1", "1x", "1kk", "1 k", "18446744073709551616", "99999999999T"}) {
    EXPECT_FALSE(parse_size(text)) << text;
  }
}

}  // namespace
}  // namespace zvfs
