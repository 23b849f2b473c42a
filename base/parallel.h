#pragma once

#include <functional>
#include <thread>
#include <vector>

namespace zvfs {

/// The number of threads that keep this machine busy: at least 1.
unsigned processor_count();

/// std::thread's constructor, with an exception that says what failed.
/// Throws std::system_error, std::bad_alloc.
std::thread start_thread(std::function<void()> body);

/// Threads that run the same function. A thread that cannot be started leaves the others as they
/// are: what a std::vector of threads does not promise, since it throws with some of them running.
/// Not thread-safe.
class ThreadGroup {
 public:
  ThreadGroup() = default;
  /// Joins. Whatever makes the threads end must have happened.
  ~ThreadGroup() { join(); }
  ThreadGroup(const ThreadGroup&) = delete;
  ThreadGroup& operator=(const ThreadGroup&) = delete;

  /// Starts `count` threads that call `body`, or fewer if the system has no more threads or memory.
  void start(unsigned count, const std::function<void()>& body) noexcept;

  /// As start(), but if not even one can be started, throws as start_thread() does.
  void start_at_least_one(unsigned count, const std::function<void()>& body);

  /// Waits until all have ended.
  void join();

 private:
  std::vector<std::thread> threads_;
};

/// Calls `body(worker)` for each worker from 0 to `threads` - 1, each on its own thread (worker 0
/// on the calling one), and returns when all have returned. If the system provides fewer threads,
/// those do all the work, so `body` must take it from a shared queue. Rethrows the first exception
/// of a body, after all have ended.
void run_on_threads(unsigned threads, const std::function<void(unsigned worker)>& body);

}  // namespace zvfs
