#include "zvfs/extract/piecewise_file.h"

#include <chrono>
#include <fcntl.h>
#include <filesystem>
#include <memory>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "tests/support/scratch_directory.h"

namespace zvfs {
namespace {

class PiecewiseFileTest : public ::testing::Test {
 protected:
  [[nodiscard]] Result<NewFile> make() const {
    NewFile file(directory_, "file");
    const int flags = O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC;
    file.made(UniqueFd(::openat(directory_->get(), "file", flags, 0600)));
    return file;
  }

  const testing::ScratchDirectory scratch_;
  const DescriptorPtr directory_ =
      std::make_shared<const UniqueFd>(::open(scratch_.path().c_str(), O_RDONLY | O_CLOEXEC));
};

TEST_F(PiecewiseFileTest, IsOpenedByTheFirst) {
  PiecewiseFile file(2);
  int opened = 0;
  const auto open = [&] {
    ++opened;
    return make();
  };
  const int fd = file.open_once(open).value();
  EXPECT_GE(fd, 0);
  EXPECT_EQ(file.open_once(open).value(), fd);
  EXPECT_EQ(opened, 1);
  EXPECT_EQ(file.close().fd(), fd);
}

TEST_F(PiecewiseFileTest, IsOpenedOnceByManyThreads) {
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
                           return make();
                         })
                         .value();
      });
    }
  }
  EXPECT_EQ(opened, 1);
  EXPECT_GE(descriptors[0], 0);
  for (const int descriptor : descriptors) EXPECT_EQ(descriptor, descriptors[0]);
}

TEST_F(PiecewiseFileTest, GivesTheErrorToTheFirstAlone) {
  PiecewiseFile file(2);
  const auto refuse = [] { return Result<NewFile>(fail(ErrorCode::kIo, "refused")); };
  const auto first = file.open_once(refuse);
  ASSERT_FALSE(first);
  EXPECT_EQ(first.error().message, "refused");
  EXPECT_EQ(file.open_once([&] { return make(); }).value(), -1);
  EXPECT_EQ(file.close().fd(), -1);
}

TEST_F(PiecewiseFileTest, IsNotOpenWhereNobodyOpenedIt) {
  PiecewiseFile file(1);
  EXPECT_EQ(file.close().fd(), -1);
}

TEST_F(PiecewiseFileTest, IsFinishedByTheLastPiece) {
  PiecewiseFile file(3);
  EXPECT_FALSE(file.finish_piece());
  EXPECT_FALSE(file.finish_piece());
  EXPECT_TRUE(file.finish_piece());
}

TEST_F(PiecewiseFileTest, TellsOfItsFirstFailureOnly) {
  PiecewiseFile file(3);
  EXPECT_FALSE(file.has_failed());
  EXPECT_TRUE(file.fail());
  EXPECT_FALSE(file.fail());
  EXPECT_TRUE(file.has_failed());
}

TEST_F(PiecewiseFileTest, IsRemovedUnlessItIsKept) {
  const auto exists = [&] { return std::filesystem::exists(scratch_.path() / "file"); };
  {
    PiecewiseFile file(1);
    ASSERT_GE(file.open_once([&] { return make(); }).value(), 0);
    EXPECT_TRUE(exists());
  }
  EXPECT_FALSE(exists());
  PiecewiseFile file(1);
  ASSERT_GE(file.open_once([&] { return make(); }).value(), 0);
  EXPECT_TRUE(file.close().keep());
  EXPECT_TRUE(exists());
}

}  // namespace
}  // namespace zvfs
