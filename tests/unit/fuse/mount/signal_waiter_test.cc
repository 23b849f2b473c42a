#include "fuse/mount/signal_waiter.h"

#include <atomic>
#include <chrono>
#include <csignal>
#include <future>
#include <unistd.h>

#include <gtest/gtest.h>

namespace zvfs {
namespace {

using std::chrono::seconds;

bool is_blocked(int number) {
  sigset_t mask;
  pthread_sigmask(SIG_SETMASK, nullptr, &mask);
  return sigismember(&mask, number) == 1;
}

TEST(SignalWaiter, ActsOnceOnAThreadOfItsOwn) {
  std::promise<std::thread::id> acted;
  std::atomic<int> count = 0;
  {
    SignalWaiter waiter;
    waiter.start([&] {
      if (++count == 1) acted.set_value(std::this_thread::get_id());
    });
    kill(getpid(), SIGTERM);
    auto future = acted.get_future();
    ASSERT_EQ(future.wait_for(seconds(10)), std::future_status::ready);
    EXPECT_NE(future.get(), std::this_thread::get_id());
    kill(getpid(), SIGTERM);
    kill(getpid(), SIGINT);
  }
  EXPECT_EQ(count, 1);
}

TEST(SignalWaiter, SignalsWaitUntilItStarts) {
  SignalWaiter waiter;
  kill(getpid(), SIGHUP);
  std::promise<void> acted;
  waiter.start([&] { acted.set_value(); });
  EXPECT_EQ(acted.get_future().wait_for(seconds(10)), std::future_status::ready);
}

TEST(SignalWaiter, ActsWithoutASignalWhenTold) {
  SignalWaiter waiter;
  std::promise<void> acted;
  waiter.start([&] { acted.set_value(); });
  waiter.act_now();
  waiter.act_now();
  EXPECT_EQ(acted.get_future().wait_for(seconds(10)), std::future_status::ready);
}

TEST(SignalWaiter, StopsWithoutASignal) {
  bool acted = false;
  SignalWaiter waiter;
  waiter.stop();
  waiter.start([&] { acted = true; });
  waiter.stop();
  waiter.stop();
  EXPECT_FALSE(acted);
}

TEST(SignalWaiter, LeavesIgnoredSignalsAndTheMaskAlone) {
  ASSERT_NE(std::signal(SIGHUP, SIG_IGN), SIG_ERR);
  ASSERT_FALSE(is_blocked(SIGTERM));
  {
    const SignalWaiter waiter;
    EXPECT_TRUE(is_blocked(SIGTERM));
    EXPECT_TRUE(is_blocked(SIGINT));
    EXPECT_FALSE(is_blocked(SIGHUP));
  }
  EXPECT_FALSE(is_blocked(SIGTERM));
  std::signal(SIGHUP, SIG_DFL);
}

}  // namespace
}  // namespace zvfs
