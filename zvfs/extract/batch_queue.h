#pragma once

#include <memory>

#include "base/mutex.h"
#include "zvfs/extract/extract_batch.h"

namespace zvfs {

/// Passes batches from the thread that makes them to the one that processes them. Holds at most one
/// batch. Thread-safe.
class BatchQueue {
 public:
  /// Waits for room. False if nobody will take the batch.
  bool put(std::unique_ptr<ExtractBatch> batch);
  /// No more batches will be put.
  void end();

  /// Waits for a batch; null after the last one.
  std::unique_ptr<ExtractBatch> take();
  /// No more batches will be taken.
  void stop();

 private:
  Mutex mutex_;
  CondVar changed_;
  std::unique_ptr<ExtractBatch> waiting_ ZVFS_GUARDED_BY(mutex_);
  bool ended_ ZVFS_GUARDED_BY(mutex_) = false;
  bool stopped_ ZVFS_GUARDED_BY(mutex_) = false;
};

}  // namespace zvfs
