#pragma once

#include <thread>

#include "format/frame_memory.h"

namespace zvfs {

/// Prepares memory for the next frames on a thread of its own, so that no reader waits while the
/// kernel clears pages. Not thread-safe.
class MemoryAhead {
 public:
  /// Borrows the memory. start() must follow.
  explicit MemoryAhead(FrameMemory& memory) : memory_(memory) {}
  /// Stops.
  ~MemoryAhead() { stop(); }
  MemoryAhead(const MemoryAhead&) = delete;
  MemoryAhead& operator=(const MemoryAhead&) = delete;

  void start();
  /// Ends the thread; it cannot be started again.
  void stop();

 private:
  void run();

  FrameMemory& memory_;
  std::thread thread_;
};

}  // namespace zvfs
