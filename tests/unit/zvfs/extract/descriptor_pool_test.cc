#include "zvfs/extract/descriptor_pool.h"

#include <fcntl.h>
#include <sys/resource.h>
#include <utility>

#include <gtest/gtest.h>

namespace zvfs {
namespace {

DescriptorPtr open_one() {
  return std::make_shared<const UniqueFd>(::open("/dev/null", O_RDONLY | O_CLOEXEC));
}

bool is_open(int fd) { return ::fcntl(fd, F_GETFD) >= 0; }

TEST(DescriptorPool, KeepsThoseThatCameLast) {
  DescriptorPool pool(3);
  std::vector<std::weak_ptr<const UniqueFd>> all;
  for (int i = 0; i < 7; ++i) {
    const DescriptorPtr descriptor = open_one();
    all.push_back(descriptor);
    pool.keep(descriptor);
  }
  for (std::size_t i = 0; i < 7; ++i) EXPECT_EQ(all[i].expired(), i < 4) << i;
}

TEST(DescriptorPool, ClosesWhatNobodyElseUses) {
  DescriptorPool pool(1);
  const DescriptorPtr used = open_one();
  const int used_fd = used->get();
  pool.keep(used);
  DescriptorPtr unused = open_one();
  const int unused_fd = unused->get();
  pool.keep(std::move(unused));
  EXPECT_TRUE(is_open(unused_fd));
  pool.keep(used);
  EXPECT_FALSE(is_open(unused_fd));
  EXPECT_TRUE(is_open(used_fd));
}

TEST(DescriptorPool, ClosesAllAtItsEnd) {
  std::weak_ptr<const UniqueFd> kept;
  {
    DescriptorPool pool(5);
    const DescriptorPtr descriptor = open_one();
    kept = descriptor;
    pool.keep(descriptor);
  }
  EXPECT_TRUE(kept.expired());
}

// Sets the limits of open files for a test, and puts them back.
class OpenFilesLimit {
 public:
  OpenFilesLimit() { ::getrlimit(RLIMIT_NOFILE, &before_); }
  ~OpenFilesLimit() { ::setrlimit(RLIMIT_NOFILE, &before_); }
  OpenFilesLimit(const OpenFilesLimit&) = delete;
  OpenFilesLimit& operator=(const OpenFilesLimit&) = delete;

  void set_soft(rlim_t soft) const {
    const rlimit limit{soft, before_.rlim_max};
    ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &limit), 0);
  }
  [[nodiscard]] rlim_t hard() const { return before_.rlim_max; }

 private:
  rlimit before_{};
};

TEST(DescriptorPool, AffordsWhatTheHardLimitAllows) {
  const OpenFilesLimit limit;
  if (limit.hard() < 1024) GTEST_SKIP() << "the hard limit is too low";
  limit.set_soft(256);
  const std::size_t capacity = DescriptorPool::affordable_capacity();
  rlimit now{};
  ::getrlimit(RLIMIT_NOFILE, &now);
  EXPECT_GT(now.rlim_cur, 256U);
  EXPECT_LT(capacity, now.rlim_cur);  // some are left for others
  EXPECT_EQ(capacity, std::min<rlim_t>(limit.hard() - 64, 16'384));
}

}  // namespace
}  // namespace zvfs
