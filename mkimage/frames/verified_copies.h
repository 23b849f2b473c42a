#pragma once

#include <unordered_set>

#include "base/mutex.h"
#include "format/offsets.h"

namespace zvfs {

/// Collects the supposed copies whose bytes in the stream turn out to differ from the original's.
/// Thread-safe.
class VerifiedCopies {
 public:
  void note_difference(InodeNumber copy) ZVFS_EXCLUDES(mutex_) {
    const MutexLock lock(mutex_);
    different_.insert(copy.value);
  }
  [[nodiscard]] bool differs(InodeNumber copy) const ZVFS_EXCLUDES(mutex_) {
    const MutexLock lock(mutex_);
    return different_.contains(copy.value);
  }

 private:
  mutable Mutex mutex_;
  std::unordered_set<std::uint32_t> different_ ZVFS_GUARDED_BY(mutex_);
};

}  // namespace zvfs
