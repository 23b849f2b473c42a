#pragma once

#include <cstdint>
#include <vector>

#include "base/mutex.h"
#include "base/parallel.h"
#include "format/image.h"

namespace zvfs {

/// Decodes data frames of an image into its cache, ahead of a reader that visits them in the same
/// order. Its threads run while it lives. A frame that fails stays undecoded: its reader meets the
/// error. With fewer threads than wanted, or none, the reader decodes more itself.
class FramePrefetcher {
 public:
  /// Borrows the image, whose cache must have room for `window_bytes` in addition to everything
  /// else that is wanted from it. The order is that of `frames`; if there are none, it is all
  /// frames of the image in file order.
  FramePrefetcher(const Image& image, unsigned threads, std::uint64_t window_bytes,
                  std::vector<FrameNumber> frames = {});
  ~FramePrefetcher();
  FramePrefetcher(const FramePrefetcher&) = delete;
  FramePrefetcher& operator=(const FramePrefetcher&) = delete;

  /// The reader has come to the frame at `place` in the order, from 0: decodes the frames up to a
  /// window after it. Places only grow.
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
  ThreadGroup threads_;  // last: they use the rest
};

}  // namespace zvfs
