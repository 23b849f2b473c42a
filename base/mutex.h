// std::mutex with the annotations of clang's thread-safety analysis, so that `-Wthread-safety`
// proves which lock guards which member. Other compilers see plain std types.
#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>

#if defined(__clang__)
#define ZVFS_THREAD_ANNOTATION(x) __attribute__((x))
#else
#define ZVFS_THREAD_ANNOTATION(x)
#endif

#define ZVFS_GUARDED_BY(mutex) ZVFS_THREAD_ANNOTATION(guarded_by(mutex))
#define ZVFS_REQUIRES(mutex) ZVFS_THREAD_ANNOTATION(requires_capability(mutex))
#define ZVFS_EXCLUDES(mutex) ZVFS_THREAD_ANNOTATION(locks_excluded(mutex))

namespace zvfs {

class ZVFS_THREAD_ANNOTATION(capability("mutex")) Mutex {
 public:
  void lock() ZVFS_THREAD_ANNOTATION(acquire_capability()) { mutex_.lock(); }
  void unlock() ZVFS_THREAD_ANNOTATION(release_capability()) { mutex_.unlock(); }

 private:
  friend class CondVar;
  std::mutex mutex_;
};

class ZVFS_THREAD_ANNOTATION(scoped_lockable) MutexLock {
 public:
  explicit MutexLock(Mutex& mutex) ZVFS_THREAD_ANNOTATION(acquire_capability(mutex))
      : mutex_(mutex) {
    mutex_.lock();
  }
  ~MutexLock() ZVFS_THREAD_ANNOTATION(release_capability()) { mutex_.unlock(); }
  MutexLock(const MutexLock&) = delete;
  MutexLock& operator=(const MutexLock&) = delete;

 private:
  Mutex& mutex_;
};

class CondVar {
 public:
  /// Waits for a notification; wake-ups may be spurious. `mutex` must be held.
  void wait(Mutex& mutex) ZVFS_REQUIRES(mutex) {
    std::unique_lock<std::mutex> lock(mutex.mutex_, std::adopt_lock);
    condition_.wait(lock);
    lock.release();
  }
  /// As wait(), but for at most `duration`; false if the time ran out.
  template <typename Rep, typename Period>
  bool wait_for(Mutex& mutex, std::chrono::duration<Rep, Period> duration) ZVFS_REQUIRES(mutex) {
    std::unique_lock<std::mutex> lock(mutex.mutex_, std::adopt_lock);
    const bool notified = condition_.wait_for(lock, duration) == std::cv_status::no_timeout;
    lock.release();
    return notified;
  }
  void notify_one() { condition_.notify_one(); }
  void notify_all() { condition_.notify_all(); }

 private:
  std::condition_variable condition_;
};

}  // namespace zvfs
