#include "base/parallel.h"

#include <algorithm>
#include <atomic>
#include <exception>
#include <system_error>
#include <utility>

#include "base/mutex.h"

namespace zvfs {
namespace {

// The first exception of several threads.
class FirstException {
 public:
  void keep(std::exception_ptr exception) {
    MutexLock lock(mutex_);
    if (!exception_) exception_ = std::move(exception);
  }
  void rethrow() {
    MutexLock lock(mutex_);
    if (exception_) std::rethrow_exception(exception_);
  }

 private:
  Mutex mutex_;
  std::exception_ptr exception_ ZVFS_GUARDED_BY(mutex_);
};

}  // namespace

unsigned processor_count() { return std::max(1U, std::thread::hardware_concurrency()); }

std::thread start_thread(std::function<void()> body) {
  try {
    return std::thread(std::move(body));
  } catch (const std::system_error& error) {
    throw std::system_error(error.code(), "cannot start a thread");
  }
}

void ThreadGroup::start(unsigned count, const std::function<void()>& body) noexcept {
  try {
    threads_.reserve(count);
    while (threads_.size() < count) threads_.push_back(start_thread(body));
  } catch (const std::exception&) {
    // Those that run do the work.
  }
}

void ThreadGroup::start_at_least_one(unsigned count, const std::function<void()>& body) {
  threads_.reserve(count);
  threads_.push_back(start_thread(body));
  start(count, body);
}

void ThreadGroup::join() {
  for (std::thread& thread : threads_) thread.join();
  threads_.clear();
}

void run_on_threads(unsigned threads, const std::function<void(unsigned worker)>& body) {
  FirstException first;
  const auto run = [&](unsigned worker) {
    try {
      body(worker);
    } catch (...) {
      first.keep(std::current_exception());
    }
  };
  {
    std::atomic<unsigned> next = 1;
    ThreadGroup others;  // joined at the end of the scope
    if (threads > 1) others.start(threads - 1, [&] { run(next++); });
    run(0);
  }
  first.rethrow();
}

}  // namespace zvfs
