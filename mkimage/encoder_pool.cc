#include "mkimage/encoder_pool.h"

namespace zvfs {

EncoderPool::EncoderPool(unsigned count, const EncoderOptions& options) {
  encoders_.reserve(count);
  free_.reserve(count);
  while (encoders_.size() < count) encoders_.emplace_back(options);
  for (FrameEncoder& encoder : encoders_) free_.push_back(&encoder);
}

EncoderPool::Lease EncoderPool::take() {
  const MutexLock lock(mutex_);
  while (free_.empty()) freed_.wait(mutex_);
  FrameEncoder* const encoder = free_.back();
  free_.pop_back();
  return {*this, *encoder};
}

void EncoderPool::give_back(FrameEncoder& encoder) {
  {
    const MutexLock lock(mutex_);
    free_.push_back(&encoder);
  }
  freed_.notify_one();
}

}  // namespace zvfs
