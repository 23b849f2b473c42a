#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

#include "base/mutex.h"

namespace zvfs {

/// Admits at most `burst` events in each period. Thread-safe.
class RateLimiter {
 public:
  using Clock = std::chrono::steady_clock;

  RateLimiter(std::uint32_t burst, Clock::duration period) : burst_(burst), period_(period) {}

  /// Nothing if the event at `now` is one too many. Otherwise the number of events refused since
  /// the last admitted one.
  std::optional<std::uint64_t> admit(Clock::time_point now);

 private:
  const std::uint32_t burst_;
  const Clock::duration period_;

  Mutex mutex_;
  Clock::time_point period_start_ ZVFS_GUARDED_BY(mutex_);
  std::uint32_t admitted_ ZVFS_GUARDED_BY(mutex_) = 0;
  std::uint64_t refused_ ZVFS_GUARDED_BY(mutex_) = 0;
};

}  // namespace zvfs
