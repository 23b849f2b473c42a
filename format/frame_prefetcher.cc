#include "format/frame_prefetcher.h"

#include <algorithm>
#include <new>

namespace zvfs {

FramePrefetcher::FramePrefetcher(const Image& image, unsigned threads, std::uint64_t window_bytes,
                                 std::vector<FrameNumber> frames)
    : image_(image),
      frames_(std::move(frames)),
      count_(frames_.empty() ? image.header().frame_count
                             : static_cast<std::uint32_t>(frames_.size())),
      window_(static_cast<std::uint32_t>(std::clamp<std::uint64_t>(
          window_bytes / std::max(image.header().frame_bound, 1U), 2, 1024))) {
  threads_.start(threads, [this] { run(); });
}

FramePrefetcher::~FramePrefetcher() {
  {
    const MutexLock lock(mutex_);
    stop_ = true;
  }
  changed_.notify_all();
  threads_.join();
}

void FramePrefetcher::visit(std::uint32_t place) {
  {
    const MutexLock lock(mutex_);
    visited_ = place;
    next_ = std::max(next_, place);
  }
  changed_.notify_all();
}

void FramePrefetcher::run() {
  while (true) {
    std::uint32_t place = 0;
    {
      const MutexLock lock(mutex_);
      while (!stop_ && next_ > std::uint64_t{visited_} + window_) changed_.wait(mutex_);
      if (stop_ || next_ >= count_) return;
      place = next_++;
    }
    // The reader of the frame meets the failure again, and reports it.
    try {
      (void)image_.prefetch(frames_.empty() ? FrameNumber{place} : frames_[place]);
    } catch (const std::bad_alloc&) {
      return;
    }
  }
}

}  // namespace zvfs
