#include "base/warnings.h"

#include <cerrno>
#include <vector>

#include <gtest/gtest.h>

namespace zvfs {
namespace {

class WarningsTest : public ::testing::Test {
 protected:
  void report(int error_number) {
    warnings.report("dir/a\nb", fail_on_source(error_number, "cannot open").error());
  }

  std::vector<Warning> told;
  Warnings warnings{[this](const Warning& warning) { told.push_back(warning); }};
};

TEST_F(WarningsTest, CountsFaultsOfFiles) {
  report(EACCES);
  report(ENOENT);
  EXPECT_EQ(warnings.unreadable(), 1U);
  EXPECT_EQ(warnings.changed(), 1U);
  ASSERT_EQ(told.size(), 2U);
  EXPECT_EQ(told[0].message, "cannot open: Permission denied");
  EXPECT_TRUE(warnings.check());
}

TEST_F(WarningsTest, KeepsTheFirstFaultOfTheSystem) {
  report(EMFILE);
  report(ENOMEM);
  EXPECT_TRUE(told.empty());
  EXPECT_EQ(warnings.unreadable(), 0U);
  ASSERT_FALSE(warnings.check());
  EXPECT_EQ(warnings.check().error().code, ErrorCode::kExhausted);
  EXPECT_EQ(warnings.check().error().message, "dir/a\\nb: cannot open: Too many open files");
}

}  // namespace
}  // namespace zvfs
