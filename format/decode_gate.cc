#include "format/decode_gate.h"

#include <algorithm>
#include <thread>

namespace zvfs {

unsigned DecodeGate::max_count() {
  return std::max(kLeastCount, 2 * std::thread::hardware_concurrency());
}

void DecodeGate::enter(std::uint64_t bytes) {
  const MutexLock lock(mutex_);
  const std::uint64_t place = came_++;
  while (place != admitted_ || inside_count_ == max_count_ ||
         (inside_count_ > 0 && inside_bytes_ + bytes > budget_)) {
    changed_.wait(mutex_);
  }
  ++admitted_;
  ++inside_count_;
  inside_bytes_ += bytes;
  if (came_ != admitted_) changed_.notify_all();  // the next one may fit, too
}

void DecodeGate::leave(std::uint64_t bytes) {
  const MutexLock lock(mutex_);
  --inside_count_;
  inside_bytes_ -= bytes;
  if (came_ != admitted_) changed_.notify_all();
}

}  // namespace zvfs
