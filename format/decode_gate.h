#pragma once

#include <cstdint>

#include "base/mutex.h"

namespace zvfs {

/// Bounds how many decodes are in progress, and the memory that they take together, however many
/// threads ask: a daemon needs many, since those that wait for a slow disk must not keep it from
/// answering others. Threads enter in the order in which they come, so that a large frame waits no
/// longer than others. Whoever is inside must not enter again. Thread-safe.
class DecodeGate {
 public:
  /// With fewer decodes than this, a few reads from a slow disk would stop all others.
  static constexpr unsigned kLeastCount = 8;

  /// How many decodes are admitted at once: two for each processor, since one of them may be
  /// waiting for the disk.
  static unsigned max_count();

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
  const unsigned max_count_ = max_count();
  Mutex mutex_;
  CondVar changed_;
  std::uint64_t inside_bytes_ ZVFS_GUARDED_BY(mutex_) = 0;
  unsigned inside_count_ ZVFS_GUARDED_BY(mutex_) = 0;
  std::uint64_t came_ ZVFS_GUARDED_BY(mutex_) = 0;      // threads so far
  std::uint64_t admitted_ ZVFS_GUARDED_BY(mutex_) = 0;  // of these
};

}  // namespace zvfs
