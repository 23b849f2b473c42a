#include "fuse/serve/rate_limiter.h"

#include <utility>

namespace zvfs {

std::optional<std::uint64_t> RateLimiter::admit(Clock::time_point now) {
  MutexLock lock(mutex_);
  if (now - period_start_ >= period_) {
    period_start_ = now;
    admitted_ = 0;
  }
  if (admitted_ == burst_) {
    ++refused_;
    return std::nullopt;
  }
  ++admitted_;
  return std::exchange(refused_, 0);
}

}  // namespace zvfs
