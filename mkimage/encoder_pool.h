#pragma once

#include <vector>

#include "base/mutex.h"
#include "codecs/frame_encoder.h"

namespace zvfs {

/// A fixed number of encoders, which any number of threads share: so as many encode at a time as
/// there are encoders, while the others read files. Thread-safe.
class EncoderPool {
 public:
  /// An encoder for one thread, until the lease ends. It must not outlive the pool.
  class Lease {
   public:
    Lease(const Lease&) = delete;
    Lease& operator=(const Lease&) = delete;
    ~Lease() { pool_.give_back(encoder_); }
    FrameEncoder* operator->() { return &encoder_; }

   private:
    friend class EncoderPool;
    Lease(EncoderPool& pool, FrameEncoder& encoder) : pool_(pool), encoder_(encoder) {}
    EncoderPool& pool_;
    FrameEncoder& encoder_;
  };

  /// `count` is at least 1; `options` as for FrameEncoder. Throws std::bad_alloc.
  EncoderPool(unsigned count, const EncoderOptions& options);

  /// Waits for a free encoder.
  Lease take() ZVFS_EXCLUDES(mutex_);

 private:
  void give_back(FrameEncoder& encoder) ZVFS_EXCLUDES(mutex_);

  std::vector<FrameEncoder> encoders_;
  Mutex mutex_;
  CondVar freed_;
  std::vector<FrameEncoder*> free_ ZVFS_GUARDED_BY(mutex_);
};

}  // namespace zvfs
