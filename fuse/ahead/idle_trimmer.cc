#include "fuse/ahead/idle_trimmer.h"

#include <malloc.h>

#include "base/parallel.h"

namespace zvfs {

void IdleTrimmer::start() {
  thread_ = start_thread([this] { run(); });
}

void IdleTrimmer::stop() {
  {
    MutexLock lock(mutex_);
    stopped_ = true;
  }
  wake_.notify_all();
  if (thread_.joinable()) thread_.join();
}

// Returns false when it is time to stop.
bool IdleTrimmer::wait_for_period() {
  const auto end = std::chrono::steady_clock::now() + period_;
  MutexLock lock(mutex_);
  while (!stopped_) {
    const auto left = end - std::chrono::steady_clock::now();
    if (left <= left.zero()) return true;
    wake_.wait_for(mutex_, left);
  }
  return false;
}

void IdleTrimmer::run() {
  std::uint64_t last_uses = 0;
  while (wait_for_period()) {
    const FrameCacheStats stats = image_.cache_stats();
    const std::uint64_t uses = stats.hits + stats.misses;
    if (uses == last_uses && stats.frames > 0) {
      image_.raw().release_memory();
      malloc_trim(0);  // otherwise glibc keeps what was freed in small pieces
      trims_.fetch_add(1, std::memory_order_relaxed);
    }
    last_uses = uses;
  }
}

}  // namespace zvfs
