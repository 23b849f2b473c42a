#pragma once

#include <cstdint>
#include <thread>
#include <vector>

#include "base/mutex.h"
#include "format/image.h"

namespace zvfs {

/// Decodes data frames of an image into its cache, in an order, ahead of one who visits them in
/// that order. Threads run while it lives. Errors stay with the frame: who reads it, meets
/// them.
class FramePrefetcher {
 public:
  /// Borrows the image, whose cache must hold `window_bytes` beside what else is wanted of it.
  /// The order is that of `frames`, or if there are none that of all frames in the image.
  FramePrefetcher(const Image& image, unsigned threads, std::uint64_t window_bytes,
                  std::vector<FrameNumber> frames = {});
  ~FramePrefetcher();
  FramePrefetcher(const FramePrefetcher&) = delete;
  FramePrefetcher& operator=(const FramePrefetcher&) = delete;

  /// The frame at `place` in the order, from 0, is visited now: those up to a window behind it are
  /// decoded next. Places only grow.
  void visit(std::uint32_t place);

 private:
  void run();

  const Image& image_;
  const std::vector<FrameNumber> frames_;  // empty for all
  const std::uint32_t count_;              // of places
  const std::uint32_t window_;             // in frames
  Mutex mutex_;
  CondVar changed_;
  std::uint32_t visited_ ZVFS_GUARDED_BY(mutex_) = 0;
  std::uint32_t next_ ZVFS_GUARDED_BY(mutex_) = 0;
  bool stop_ ZVFS_GUARDED_BY(mutex_) = false;
  std::vector<std::thread> threads_;
};

}  // namespace zvfs
