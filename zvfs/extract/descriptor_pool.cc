#include "zvfs/extract/descriptor_pool.h"

#include <algorithm>
#include <sys/resource.h>
#include <utility>

namespace zvfs {

std::size_t DescriptorPool::affordable_capacity() {
  constexpr rlim_t kMost = 16'384;
  constexpr rlim_t kOthers = 64;  // files being written, the image, standard streams
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return kOthers;
  const rlim_t wanted = std::min(limit.rlim_max, kMost + kOthers);
  if (limit.rlim_cur < wanted) {
    const rlimit raised{wanted, limit.rlim_max};
    if (::setrlimit(RLIMIT_NOFILE, &raised) == 0) limit = raised;
  }
  const rlim_t available = std::min(limit.rlim_cur, kMost + kOthers);
  return available > 2 * kOthers ? available - kOthers : std::max<rlim_t>(available / 2, 1);
}

void DescriptorPool::keep(DescriptorPtr descriptor) {
  // The swapped-out descriptor is closed with the parameter, after the lock is released.
  const MutexLock lock(mutex_);
  std::swap(kept_[next_], descriptor);
  next_ = (next_ + 1) % kept_.size();
}

}  // namespace zvfs
