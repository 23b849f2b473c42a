#include "fuse/mount/signal_waiter.h"

#include <cerrno>
#include <ctime>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <system_error>
#include <utility>

#include "base/parallel.h"

namespace zvfs {
namespace {

// nohup(1) ignores SIGHUP, and a shell's background jobs ignore SIGINT; they must stay ignored.
bool is_ignored(int number) {
  struct sigaction action = {};
  return sigaction(number, nullptr, &action) == 0 && action.sa_handler == SIG_IGN;
}

}  // namespace

SignalWaiter::SignalWaiter() {
  sigemptyset(&signals_);
  for (const int number : {SIGTERM, SIGINT, SIGHUP}) {
    if (!is_ignored(number)) sigaddset(&signals_, number);
  }
  pthread_sigmask(SIG_BLOCK, &signals_, &previous_mask_);
  signal_fd_ = UniqueFd(signalfd(-1, &signals_, SFD_CLOEXEC));
  act_fd_ = UniqueFd(eventfd(0, EFD_CLOEXEC));
  stop_fd_ = UniqueFd(eventfd(0, EFD_CLOEXEC));
}

SignalWaiter::~SignalWaiter() {
  stop();
  constexpr timespec kNoTime = {};
  while (sigtimedwait(&signals_, nullptr, &kNoTime) > 0) {
  }
  pthread_sigmask(SIG_SETMASK, &previous_mask_, nullptr);
}

void SignalWaiter::start(std::function<void()> act) {
  if (!signal_fd_.is_open() || !stop_fd_.is_open()) {
    throw std::system_error(EMFILE, std::generic_category(), "cannot wait for signals");
  }
  thread_ = start_thread([this, act = std::move(act)] {
    if (wait()) act();
  });
}

void SignalWaiter::act_now() { eventfd_write(act_fd_.get(), 1); }

void SignalWaiter::stop() {
  if (!thread_.joinable()) return;
  eventfd_write(stop_fd_.get(), 1);
  thread_.join();
}

// Returns true when it is time to act, false when it is time to stop.
bool SignalWaiter::wait() const {
  pollfd events[] = {
      {stop_fd_.get(), POLLIN, 0}, {signal_fd_.get(), POLLIN, 0}, {act_fd_.get(), POLLIN, 0}};
  while (poll(events, 3, -1) < 0 && errno == EINTR) {
  }
  return events[0].revents == 0 && (events[1].revents != 0 || events[2].revents != 0);
}

}  // namespace zvfs
