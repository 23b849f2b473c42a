#pragma once

#include <functional>
#include <signal.h>
#include <thread>

#include "base/unique_fd.h"

namespace zvfs {

/// Receives the signals that end a daemon (SIGTERM, SIGINT and SIGHUP, except ignored ones) on a
/// thread of its own, where the reaction may take locks and wait. While it exists, they are blocked
/// in the thread that made it, and in the threads started from there.
class SignalWaiter {
 public:
  /// From now on, signals wait until start().
  SignalWaiter();
  /// Stops. Pending signals are dropped.
  ~SignalWaiter();
  SignalWaiter(const SignalWaiter&) = delete;
  SignalWaiter& operator=(const SignalWaiter&) = delete;

  /// Starts the thread, which calls `act` once, when the first signal comes.
  /// Throws std::system_error if it cannot be started, or signals cannot be received.
  void start(std::function<void()> act);

  /// Acts as if a signal had come. Thread-safe.
  void act_now();

  /// Ends the thread, after `act` if that is running. Harmless if it has ended.
  void stop();

 private:
  [[nodiscard]] bool wait() const;

  sigset_t signals_;
  sigset_t previous_mask_;
  UniqueFd signal_fd_;
  UniqueFd act_fd_;
  UniqueFd stop_fd_;
  std::thread thread_;
};

}  // namespace zvfs
