#pragma once

#include <cstddef>
#include <memory>
#include <vector>

#include "base/mutex.h"
#include "base/unique_fd.h"

namespace zvfs {

/// A descriptor that several users share; the last one closes it.
using DescriptorPtr = std::shared_ptr<const UniqueFd>;

/// Keeps the descriptors that came last from being closed, up to a number. Thread-safe.
class DescriptorPool {
 public:
  /// As many as the process may have open, less some for other uses; raises its soft limit.
  static std::size_t affordable_capacity();

  explicit DescriptorPool(std::size_t capacity) : kept_(capacity) {}

  /// Keeps `descriptor` open, and lets go of the one kept longest when there are too many.
  void keep(DescriptorPtr descriptor);

 private:
  Mutex mutex_;
  std::vector<DescriptorPtr> kept_ ZVFS_GUARDED_BY(mutex_);
  std::size_t next_ ZVFS_GUARDED_BY(mutex_) = 0;
};

}  // namespace zvfs
