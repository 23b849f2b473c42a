#pragma once

#include <cstddef>
#include <memory>
#include <vector>

#include "base/mutex.h"
#include "base/unique_fd.h"

namespace zvfs {

/// A descriptor shared by several users; the last one closes it.
using DescriptorPtr = std::shared_ptr<const UniqueFd>;

/// Keeps the latest descriptors open, up to its capacity. Thread-safe.
class DescriptorPool {
 public:
  /// The number of descriptors that the process may open, less some for other uses. Raises its soft
  /// limit.
  static std::size_t affordable_capacity();

  explicit DescriptorPool(std::size_t capacity) : kept_(capacity) {}

  /// Keeps `descriptor` open, and releases the oldest one if there are too many.
  void keep(DescriptorPtr descriptor);

 private:
  Mutex mutex_;
  std::vector<DescriptorPtr> kept_ ZVFS_GUARDED_BY(mutex_);
  std::size_t next_ ZVFS_GUARDED_BY(mutex_) = 0;
};

}  // namespace zvfs
