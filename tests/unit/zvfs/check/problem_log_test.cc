#include "zvfs/check/problem_log.h"

#include <gtest/gtest.h>

namespace zvfs {
namespace {

using Lines = std::vector<std::string>;

TEST(ProblemLog, TellsOfEachProblemAtOnce) {
  Lines told;
  ProblemLog log([&](std::string_view message) { told.emplace_back(message); });
  EXPECT_EQ(log.count(), 0U);
  log.add("inode {}: {:#x}", 7, 255);
  EXPECT_EQ(told, Lines{"inode 7: 0xff"});
  log.add_message("frame", "braces {} stay");  // a message is no format
  EXPECT_EQ(told.back(), "braces {} stay");
  EXPECT_EQ(log.count(), 2U);
  log.finish();
  EXPECT_EQ(told.size(), 2U);
}

TEST(ProblemLog, CountsWhatIsMoreThanAHundredOfAKind) {
  Lines told;
  ProblemLog log([&](std::string_view message) { told.emplace_back(message); });
  for (int i = 1; i <= 100; ++i) log.add("inode {}", i);
  for (int i = 1; i <= 101; ++i) log.add_message("frame", fmt::format("frame {}", i));
  EXPECT_EQ(told.size(), 200U);
  log.add("dentry {}", 1);
  for (int i = 101; i <= 15'000; ++i) log.add("inode {}", i);
  EXPECT_EQ(log.count(), 15'000U + 101 + 1);
  EXPECT_EQ(told.size(), 201U);
  EXPECT_EQ(told.back(), "dentry 1");
  log.finish();
  ASSERT_EQ(told.size(), 203U);
  EXPECT_EQ(told[201], "14900 more like this: inode 100");
  EXPECT_EQ(told[202], "1 more like this: frame 100");
}

}  // namespace
}  // namespace zvfs
