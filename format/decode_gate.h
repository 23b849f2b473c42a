#pragma once

#include <cstdint>

#include "base/mutex.h"

namespace zvfs {

/// Bounds the memory that decodes in progress take together. Threads enter in the order in which
/// they come, so that a large frame waits no longer than others. Whoever is inside must not enter
/// again. Thread-safe.
class DecodeGate {
 public:
  /// Admits decodes of `budget_bytes` together, and always one, whatever it takes.
  explicit DecodeGate(std::uint64_t budget_bytes) : budget_(budget_bytes) {}

  /// A decode that was admitted; it leaves when this is destroyed.
  class Pass {
   public:
    /// Waits until a decode that takes `bytes` fits the budget. Borrows the gate.
    Pass(DecodeGate& gate, std::uint64_t bytes) : gate_(gate), bytes_(bytes) {
      gate_.enter(bytes_);
    }
    ~Pass() { gate_.leave(bytes_); }
    Pass(const Pass&) = delete;
    Pass& operator=(const Pass&) = delete;

   private:
    DecodeGate& gate_;
    const std::uint64_t bytes_;
  };

  [[nodiscard]] std::uint64_t budget_bytes() const { return budget_; }

 private:
  void enter(std::uint64_t bytes) ZVFS_EXCLUDES(mutex_);
  void leave(std::uint64_t bytes) ZVFS_EXCLUDES(mutex_);

  const std::uint64_t budget_;
  Mutex mutex_;
  CondVar changed_;
  std::uint64_t inside_bytes_ ZVFS_GUARDED_BY(mutex_) = 0;
  std::uint64_t came_ ZVFS_GUARDED_BY(mutex_) = 0;      // threads so far
  std::uint64_t admitted_ ZVFS_GUARDED_BY(mutex_) = 0;  // of these
};

}  // namespace zvfs
