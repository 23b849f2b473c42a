#include "zvfs/check/check_context.h"

#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

namespace zvfs {
namespace {

TEST(ProblemLog, TellsOfEachProblemAtOnce) {
  std::vector<std::string> told;
  ProblemLog log([&](std::string_view message) { told.emplace_back(message); });
  EXPECT_EQ(log.count(), 0U);
  log.add("inode {}: {:#x}", 7, 255);
  EXPECT_EQ(told, std::vector<std::string>{"inode 7: 0xff"});
  log.add_message("braces {} stay");  // a message is no format
  EXPECT_EQ(told.back(), "braces {} stay");
  EXPECT_EQ(log.count(), 2U);
}

TEST(CheckProgress, CountsWhatAllThreadsDo) {
  CheckProgress progress;
  std::vector<std::jthread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      for (int step = 0; step < 1000; ++step) progress.add(3);
    });
  }
  threads.clear();
  EXPECT_EQ(progress.bytes_done, 12'000U);
  EXPECT_EQ(progress.bytes_total, 0U);
}

}  // namespace
}  // namespace zvfs
