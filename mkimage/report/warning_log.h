#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "base/mutex.h"
#include "base/warnings.h"

namespace zvfs {

/// Keeps the first warnings of a build, which are also those that are printed: few, so that the
/// report on a bad disk stays readable. Thread-safe.
class WarningLog {
 public:
  static constexpr std::size_t kMost = 1000;

  /// False if it is only counted.
  bool add(const Warning& warning) ZVFS_EXCLUDES(mutex_) {
    const MutexLock lock(mutex_);
    if (kept_.size() < kMost) {
      kept_.push_back(warning);
      return true;
    }
    ++left_out_;
    return false;
  }
  [[nodiscard]] std::vector<Warning> kept() const ZVFS_EXCLUDES(mutex_) {
    const MutexLock lock(mutex_);
    return kept_;
  }
  [[nodiscard]] std::uint64_t left_out() const ZVFS_EXCLUDES(mutex_) {
    const MutexLock lock(mutex_);
    return left_out_;
  }

 private:
  mutable Mutex mutex_;
  std::vector<Warning> kept_ ZVFS_GUARDED_BY(mutex_);
  std::uint64_t left_out_ ZVFS_GUARDED_BY(mutex_) = 0;
};

}  // namespace zvfs
