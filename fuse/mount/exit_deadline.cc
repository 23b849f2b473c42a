#include "fuse/mount/exit_deadline.h"

#include <atomic>
#include <csignal>
#include <sys/time.h>
#include <unistd.h>

namespace zvfs {

void exit_within(std::chrono::milliseconds duration) {
  static std::atomic_flag is_set;
  if (is_set.test_and_set()) return;
  struct sigaction action = {};
  action.sa_handler = [](int) { ::_exit(0); };
  ::sigaction(SIGALRM, &action, nullptr);
  sigset_t alarm;
  sigemptyset(&alarm);
  sigaddset(&alarm, SIGALRM);
  ::pthread_sigmask(SIG_UNBLOCK, &alarm, nullptr);
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(duration);
  const std::chrono::microseconds rest = duration - seconds;
  const itimerval timer = {{0, 0}, {seconds.count(), rest.count()}};
  ::setitimer(ITIMER_REAL, &timer, nullptr);
}

}  // namespace zvfs
