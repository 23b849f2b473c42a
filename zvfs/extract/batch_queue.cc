#include "zvfs/extract/batch_queue.h"

#include <utility>

namespace zvfs {

bool BatchQueue::put(std::unique_ptr<ExtractBatch> batch) {
  const MutexLock lock(mutex_);
  while (waiting_ != nullptr && !stopped_) changed_.wait(mutex_);
  if (stopped_) return false;
  waiting_ = std::move(batch);
  changed_.notify_all();
  return true;
}

void BatchQueue::end() {
  const MutexLock lock(mutex_);
  ended_ = true;
  changed_.notify_all();
}

std::unique_ptr<ExtractBatch> BatchQueue::take() {
  const MutexLock lock(mutex_);
  while (waiting_ == nullptr && !ended_) changed_.wait(mutex_);
  changed_.notify_all();
  return std::exchange(waiting_, nullptr);
}

void BatchQueue::stop() {
  const MutexLock lock(mutex_);
  stopped_ = true;
  changed_.notify_all();
}

}  // namespace zvfs
