#include "base/progress_line.h"

#include <atomic>
#include <string>
#include <thread>

#include <fmt/core.h>
#include <gtest/gtest.h>

namespace zvfs {
namespace {

using Show = ProgressLine::Show;

TEST(ProgressLine, PrintsPlainLinesWithoutATerminal) {
  ::testing::internal::CaptureStderr();
  std::atomic<int> lines = 0;
  {
    ProgressLine progress(
        [&lines](double /*elapsed*/, std::size_t width) {
          return fmt::format("line {} of width {}", ++lines, width);
        },
        Show::kProgress, std::chrono::milliseconds(5));
    while (lines < 3) std::this_thread::sleep_for(std::chrono::milliseconds(1));
    progress.clear();
  }
  const std::string said = ::testing::internal::GetCapturedStderr();
  EXPECT_TRUE(said.starts_with("line 1 of width 0\nline 2 of width 0\nline 3 of width 0\n"))
      << said;
  EXPECT_EQ(said.find('\r'), std::string::npos);
}

TEST(ProgressLine, SaysNothingOfWhatEndsSoon) {
  ::testing::internal::CaptureStderr();
  {
    ProgressLine progress([](double, std::size_t) { return "shown"; }, Show::kProgress);
    progress.print("a line");
  }
  EXPECT_EQ(::testing::internal::GetCapturedStderr(), "a line\n");
}

TEST(ProgressLine, ShowsNothingUnlessItIsTo) {
  ::testing::internal::CaptureStderr();
  {
    ProgressLine progress([](double, std::size_t) { return "shown"; }, Show::kNever,
                          std::chrono::milliseconds(1));
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  EXPECT_EQ(::testing::internal::GetCapturedStderr(), "");
}

TEST(ProgressLine, HasABarOnATerminalOnly) {
  EXPECT_EQ(progress_bar(0.5, "text", 6, 40), "[=======        ]  50%  text  0:06 left");
  EXPECT_EQ(progress_bar(0.5, "text", 6, ProgressLine::kPlain), "50%  text  0:06 left");
}

}  // namespace
}  // namespace zvfs
