#include "zvfs/frame_prefetcher.h"

#include <algorithm>
#include <new>

namespace zvfs {

FramePrefetcher::FramePrefetcher(const Image& image, unsigned threads, std::uint64_t window_bytes)
    : image_(image),
      window_(static_cast<std::uint32_t>(std::clamp<std::uint64_t>(
          window_bytes / std::max(image.header().frame_bound, 1U), 2, 1024))) {
  for (unsigned i = 0; i < threads; ++i) threads_.emplace_back([this] { run(); });
}

FramePrefetcher::~FramePrefetcher() {
  {
    const MutexLock lock(mutex_);
    stop_ = true;
  }
  changed_.notify_all();
  for (std::thread& thread : threads_) thread.join();
}

void FramePrefetcher::visit(FrameNumber number) {
  {
    const MutexLock lock(mutex_);
    visited_ = number.value;
    next_ = std::max(next_, number.value);
  }
  changed_.notify_all();
}

void FramePrefetcher::run() {
  while (true) {
    FrameNumber number;
    {
      const MutexLock lock(mutex_);
      while (!stop_ && next_ > std::uint64_t{visited_} + window_) changed_.wait(mutex_);
      if (stop_ || next_ >= image_.header().frame_count) return;
      number = {next_++};
    }
    // A failure is met again, and told of, by the one who reads the frame.
    try {
      (void)image_.prefetch(number);
    } catch (const std::bad_alloc&) {
      return;
    }
  }
}

}  // namespace zvfs
