#pragma once

#include <atomic>

namespace zvfs::testing {

/// While it lives, one allocation by `new` throws std::bad_alloc: the one with the number `number`,
/// from 1. One at a time in a program.
///
/// Try all numbers until happened() is false:
///     for (unsigned number = 1;; ++number) {
///       const FailingAllocation failing(number);
///       ...
///       if (!failing.happened()) break;
///     }
class FailingAllocation {
 public:
  /// Whose allocations are counted.
  enum class Of { kThisThread, kAllThreads };
  explicit FailingAllocation(unsigned number, Of of = Of::kThisThread);
  ~FailingAllocation();
  FailingAllocation(const FailingAllocation&) = delete;
  FailingAllocation& operator=(const FailingAllocation&) = delete;

  [[nodiscard]] static bool happened();
};

}  // namespace zvfs::testing
