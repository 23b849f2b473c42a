#pragma once

#include <atomic>
#include <csignal>
#include <functional>
#include <thread>

namespace zvfs {

/// Calls a function on a thread of its own whenever a signal arrives. Make it before any other
/// thread: it blocks the signal in the calling thread, and threads made later inherit that.
class SignalThread {
 public:
  SignalThread(int signal, std::function<void()> on_signal);
  /// Waits for a running call to return.
  ~SignalThread();
  SignalThread(const SignalThread&) = delete;
  SignalThread& operator=(const SignalThread&) = delete;

 private:
  const int signal_;
  const std::function<void()> on_signal_;
  std::atomic<bool> stopped_{false};
  std::thread thread_;
};

}  // namespace zvfs
