#include "fuse/mount/exit_deadline.h"

#include <csignal>
#include <unistd.h>

#include <gtest/gtest.h>

namespace zvfs {
namespace {

TEST(ExitDeadline, EndsAProcessThatWaits) {
  EXPECT_EXIT(
      {
        exit_within(std::chrono::milliseconds(20));
        while (true) ::pause();
      },
      ::testing::ExitedWithCode(0), "");
}

TEST(ExitDeadline, EndsItAlthoughTheSignalWasBlockedAndIgnored) {
  EXPECT_EXIT(
      {
        sigset_t all;
        sigfillset(&all);
        ::sigprocmask(SIG_BLOCK, &all, nullptr);
        std::signal(SIGALRM, SIG_IGN);
        exit_within(std::chrono::milliseconds(20));
        while (true) ::pause();
      },
      ::testing::ExitedWithCode(0), "");
}

TEST(ExitDeadline, OnlyTheFirstCounts) {
  EXPECT_EXIT(
      {
        exit_within(std::chrono::milliseconds(20));
        exit_within(std::chrono::hours(1));
        while (true) ::pause();
      },
      ::testing::ExitedWithCode(0), "");
}

}  // namespace
}  // namespace zvfs
