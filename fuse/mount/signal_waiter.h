#pragma once

#include <functional>
#include <signal.h>
#include <thread>

#include "base/unique_fd.h"

namespace zvfs {

/// Takes the signals that end a daemon (SIGTERM, SIGINT and SIGHUP, but for those that are
/// ignored) on a thread of its own, where their consequences may take locks and wait. While it
/// exists they are blocked in the thread that made it, and in those started from there.
class SignalWaiter {
 public:
  /// From now on signals wait until start(). Errors leave it without signals: they stay blocked.
  SignalWaiter();
  /// Stops. Signals that came meanwhile are dropped.
  ~SignalWaiter();
  SignalWaiter(const SignalWaiter&) = delete;
  SignalWaiter& operator=(const SignalWaiter&) = delete;

  /// Starts the thread, which calls `act` when the first signal comes, and then no more.
  void start(std::function<void()> act);

  /// Ends the thread, after `act` if it is running. Harmless when it has ended.
  void stop();

 private:
  [[nodiscard]] bool wait() const;

  sigset_t signals_;
  sigset_t previous_mask_;
  UniqueFd signal_fd_;
  UniqueFd stop_fd_;
  std::thread thread_;
};

}  // namespace zvfs
