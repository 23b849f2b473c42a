#include "fuse/serve/killed_caller.h"

#include <csignal>
#include <string>
#include <unistd.h>

#include <fmt/core.h>
#include <gtest/gtest.h>

namespace zvfs {
namespace {

constexpr std::uint64_t bit_of(int number) { return std::uint64_t{1} << (number - 1); }

// A part of /proc/ID/status, with these sets of signals.
std::string status(std::uint64_t thread, std::uint64_t process, std::uint64_t blocked = 0,
                   std::uint64_t ignored = 0, std::uint64_t caught = 0) {
  return fmt::format(
      "Name:\tcat\nSigQ:\t0/1\nSigPnd:\t{:016x}\nShdPnd:\t{:016x}\nSigBlk:\t{:016x}\n"
      "SigIgn:\t{:016x}\nSigCgt:\t{:016x}\nCapInh:\t0000000000000000\n",
      thread, process, blocked, ignored, caught);
}

TEST(KilledCaller, ADeadlySignalOfThreadOrProcessKills) {
  EXPECT_TRUE(shows_deadly_signal(status(bit_of(SIGKILL), 0)));
  EXPECT_TRUE(shows_deadly_signal(status(0, bit_of(SIGTERM))));
  EXPECT_TRUE(shows_deadly_signal(status(0, bit_of(SIGINT) | bit_of(SIGCHLD))));
  EXPECT_TRUE(shows_deadly_signal(status(0, bit_of(SIGRTMIN))));
}

TEST(KilledCaller, OtherSignalsDoNot) {
  EXPECT_FALSE(shows_deadly_signal(status(0, 0)));
  for (const int number :
       {SIGCHLD, SIGCONT, SIGURG, SIGWINCH, SIGSTOP, SIGTSTP, SIGTTIN, SIGTTOU}) {
    EXPECT_FALSE(shows_deadly_signal(status(0, bit_of(number)))) << number;
  }
  const std::uint64_t pending = bit_of(SIGUSR1);
  EXPECT_FALSE(shows_deadly_signal(status(0, pending, pending)));
  EXPECT_FALSE(shows_deadly_signal(status(0, pending, 0, pending)));
  EXPECT_FALSE(shows_deadly_signal(status(0, pending, 0, 0, pending)));
  EXPECT_FALSE(shows_deadly_signal(""));
}

TEST(KilledCaller, LooksAtRealThreads) {
  EXPECT_FALSE(is_being_killed(::gettid()));
  EXPECT_TRUE(is_being_killed(0)) << "what cannot be seen may be killed";
}

}  // namespace
}  // namespace zvfs
