#include "zvfs/check/check_context.h"

#include <thread>
#include <vector>

#include <gtest/gtest.h>

namespace zvfs {
namespace {

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
