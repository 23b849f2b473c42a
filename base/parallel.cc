#include "base/parallel.h"

#include <algorithm>
#include <atomic>
#include <exception>
#include <thread>

#include "base/mutex.h"
#include "base/thread_group.h"

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
