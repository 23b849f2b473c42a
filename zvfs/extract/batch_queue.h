#pragma once

#include <memory>

#include "base/mutex.h"
#include "zvfs/extract/extract_batch.h"

namespace zvfs {

/// Hands batches from the thread that makes them to the one that works on them; one may wait.
/// Thread-safe.
class BatchQueue {
 public:
  /// Waits for room. False when nobody will take it.
  bool put(std::unique_ptr<ExtractBatch> batch);
  /// There will be no more.
  void end();

  /// Waits for a batch; null when there will be no more.
  std::unique_ptr<ExtractBatch> take();
  /// None will be taken any more.
  void stop();

 private:
  Mutex mutex_;
  CondVar changed_;
  std::unique_ptr<ExtractBatch> waiting_ ZVFS_GUARDED_BY(mutex_);
  bool ended_ ZVFS_GUARDED_BY(mutex_) = false;
  bool stopped_ ZVFS_GUARDED_BY(mutex_) = false;
};

}  // namespace zvfs
