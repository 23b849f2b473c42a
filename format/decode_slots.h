#pragma once

#include <algorithm>
#include <semaphore>
#include <thread>

namespace zvfs {

/// Bounds how many frames are read and decoded at once, and so the memory that this takes, however
/// many threads ask: a daemon needs many threads, since those that wait for a slow disk must not
/// keep it from answering others. Thread-safe.
class DecodeSlots {
 public:
  /// With fewer than this, a few reads from a slow disk would stop all others.
  static constexpr unsigned kLeastCount = 8;

  /// Two for each processor: one of them may be waiting for the disk.
  DecodeSlots() : slots_(std::max(kLeastCount, 2 * std::thread::hardware_concurrency())) {}

  /// Waits for a slot, and holds it while it exists.
  class Holder {
   public:
    explicit Holder(DecodeSlots& slots) : slots_(slots.slots_) { slots_.acquire(); }
    ~Holder() { slots_.release(); }
    Holder(const Holder&) = delete;
    Holder& operator=(const Holder&) = delete;

   private:
    std::counting_semaphore<>& slots_;
  };

 private:
  std::counting_semaphore<> slots_;
};

}  // namespace zvfs
