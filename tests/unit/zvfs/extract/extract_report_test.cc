#include "zvfs/extract/extract_report.h"

#include <cerrno>
#include <vector>

#include <gtest/gtest.h>

namespace zvfs {
namespace {

using OnLoss = ExtractOptions::OnLoss;

class ExtractReportTest : public ::testing::Test {
 protected:
  [[nodiscard]] ExtractReport report(OnLoss on_loss) {
    return {on_loss, [this](std::string_view line) { told.emplace_back(line); }};
  }
  static Error error_of(int error_number) { return fail_errno(error_number, "").error(); }

  std::vector<std::string> told;
};

TEST_F(ExtractReportTest, StopsAtTheFirstLossUnlessItIsToGoOn) {
  ExtractReport stopping = report(OnLoss::kStop);
  stopping.lost("a", error_of(EACCES));
  EXPECT_TRUE(stopping.stopped());
  stopping.lost("b", error_of(EACCES));
  ExtractReport going = report(OnLoss::kGoOn);
  going.lost("c", error_of(EACCES));
  going.lost("d", error_of(EIO));
  EXPECT_FALSE(going.stopped());
  EXPECT_EQ(told, (std::vector<std::string>{"a: Permission denied", "c: Permission denied",
                                            "d: Input/output error"}));
}

// The next file would fail in the same way.
TEST_F(ExtractReportTest, StopsAtAFaultOfTheSystem) {
  for (const int error_number : {EMFILE, ENFILE, ENOMEM, ENOSPC, EDQUOT}) {
    told.clear();
    ExtractReport going = report(OnLoss::kGoOn);
    going.lost("a", error_of(EACCES));
    going.lost("b", error_of(error_number));
    EXPECT_TRUE(going.stopped());
    going.lost("c", error_of(EACCES));
    EXPECT_EQ(going.lost_count(), 2U);
    EXPECT_EQ(told.size(), 2U);
  }
}

}  // namespace
}  // namespace zvfs
