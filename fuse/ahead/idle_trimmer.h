#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <thread>

#include "base/mutex.h"
#include "format/image.h"

namespace zvfs {

/// Returns an idle image's memory to the system. A thread checks the cache once a period, and drops
/// it if nothing used it since the last check. The kernel's page cache keeps what was read.
/// Thread-safe.
class IdleTrimmer {
 public:
  /// Borrows the image. start() must follow.
  IdleTrimmer(const Image& image, std::chrono::milliseconds period)
      : image_(image), period_(period) {}
  /// Stops.
  ~IdleTrimmer() { stop(); }
  IdleTrimmer(const IdleTrimmer&) = delete;
  IdleTrimmer& operator=(const IdleTrimmer&) = delete;

  void start();
  void stop();

  /// How often memory was given back. For tests.
  [[nodiscard]] std::uint64_t trims() const { return trims_.load(std::memory_order_relaxed); }

 private:
  void run();
  bool wait_for_period();

  const Image& image_;
  const std::chrono::milliseconds period_;
  std::atomic<std::uint64_t> trims_{0};
  Mutex mutex_;
  CondVar wake_;
  bool stopped_ ZVFS_GUARDED_BY(mutex_) = false;
  std::thread thread_;
};

}  // namespace zvfs
