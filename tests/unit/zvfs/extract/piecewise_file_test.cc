#include "zvfs/extract/piecewise_file.h"

#include <chrono>
#include <fcntl.h>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

namespace zvfs {
namespace {

Result<UniqueFd> open_null() { return UniqueFd(::open("/dev/null", O_WRONLY | O_CLOEXEC)); }

TEST(PiecewiseFile, IsOpenedByTheFirst) {
  PiecewiseFile file(2);
  int opened = 0;
  const auto open = [&] {
    ++opened;
    return open_null();
  };
  const int fd = file.open_once(open).value();
  EXPECT_GE(fd, 0);
  EXPECT_EQ(file.open_once(open).value(), fd);
  EXPECT_EQ(opened, 1);
  EXPECT_EQ(file.close().get(), fd);
}

TEST(PiecewiseFile, IsOpenedOnceByManyThreads) {
  PiecewiseFile file(8);
  std::atomic<int> opened = 0;
  std::vector<int> descriptors(8);
  {
    std::vector<std::jthread> threads;
    for (int& descriptor : descriptors) {
      threads.emplace_back([&] {
        descriptor = file.open_once([&] {
                           ++opened;
                           std::this_thread::sleep_for(std::chrono::milliseconds(20));
                           return open_null();
                         })
                         .value();
      });
    }
  }
  EXPECT_EQ(opened, 1);
  EXPECT_GE(descriptors[0], 0);
  for (const int descriptor : descriptors) EXPECT_EQ(descriptor, descriptors[0]);
}

TEST(PiecewiseFile, GivesTheErrorToTheFirstAlone) {
  PiecewiseFile file(2);
  const auto refuse = [] { return Result<UniqueFd>(fail(ErrorCode::kIo, "refused")); };
  const auto first = file.open_once(refuse);
  ASSERT_FALSE(first);
  EXPECT_EQ(first.error().message, "refused");
  EXPECT_EQ(file.open_once(open_null).value(), -1);
  EXPECT_FALSE(file.close().is_open());
}

TEST(PiecewiseFile, IsNotOpenWhereNobodyOpenedIt) {
  PiecewiseFile file(1);
  EXPECT_FALSE(file.close().is_open());
}

TEST(PiecewiseFile, IsFinishedByTheLastPiece) {
  PiecewiseFile file(3);
  EXPECT_FALSE(file.finish_piece());
  EXPECT_FALSE(file.finish_piece());
  EXPECT_TRUE(file.finish_piece());
}

TEST(PiecewiseFile, TellsOfItsFirstFailureOnly) {
  PiecewiseFile file(3);
  EXPECT_FALSE(file.has_failed());
  EXPECT_TRUE(file.fail());
  EXPECT_FALSE(file.fail());
  EXPECT_TRUE(file.has_failed());
}

}  // namespace
}  // namespace zvfs
