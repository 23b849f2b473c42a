#include "fuse/page_filler.h"

#include <algorithm>
#include <cerrno>
#include <limits>

namespace zvfs {
namespace {

// More reads than this cannot be behind: each is of another file, and soon of no use.
constexpr std::size_t kMaxQueued = 64;

constexpr std::uint32_t kNoFrame = std::numeric_limits<std::uint32_t>::max();

}  // namespace

PageFiller::PageFiller(const Image& image, InodeSet& known, Store store, IsShort is_memory_short)
    : image_(image),
      store_(std::move(store)),
      is_memory_short_(std::move(is_memory_short)),
      known_(known),
      filled_(inode_count(image.header())),
      stale_(inode_count(image.header())) {
  recent_frames_.fill(kNoFrame);
}

PageFiller::~PageFiller() { stop(); }

void PageFiller::start() {
  thread_ = std::thread([this] { run(); });
}

void PageFiller::stop() {
  stop_requested_ = true;
  {
    MutexLock lock(mutex_);
    stopped_ = true;
    queue_.clear();
  }
  wake_.notify_all();
  if (thread_.joinable()) thread_.join();
}

void PageFiller::kernel_forgot(InodeNumber inode) {
  known_.erase(inode);
  filled_.erase(inode);
}

void PageFiller::was_read(const Inode& file) {
  if (file.record.size > image_.header().frame_bound ||
      (file.record.flags & InodeRecord::kExtentList) != 0) {
    return;
  }
  if (!filled_.insert(file.number)) stale_.insert(file.number);
  {
    MutexLock lock(mutex_);
    if (stopped_) return;
    if (queue_.size() >= kMaxQueued) {
      counters_.dropped.fetch_add(1, std::memory_order_relaxed);
      return;
    }
    queue_.push_back(file);
  }
  wake_.notify_one();
}

std::optional<Inode> PageFiller::next_job() {
  MutexLock lock(mutex_);
  while (!stopped_ && queue_.empty()) wake_.wait(mutex_);
  if (stopped_) return std::nullopt;
  const Inode file = queue_.front();
  queue_.pop_front();
  return file;
}

void PageFiller::run() {
  while (const auto file = next_job()) {
    if (is_memory_short_()) {
      counters_.memory_pauses.fetch_add(1, std::memory_order_relaxed);
      continue;
    }
    try {
      fill_around(*file);
    } catch (const std::bad_alloc&) {
      // Filling is optional; whoever reads the file will see the error.
    }
  }
}

void PageFiller::fill_around(const Inode& file) {
  const FrameNumber number{file.record.count};
  if (stale_.contains(file.number)) forget_fills(number);
  filled_.insert(file.number);
  const bool in_sequence = number.value > 0 && was_recent({number.value - 1});
  remember(number);
  fill_frame(number, Extent::kAll);
  if (in_sequence) look_ahead({number.value + 1});
}

// Pushes a frame's files. Errors are left to whoever reads one of them.
void PageFiller::fill_frame(FrameNumber number, Extent extent) {
  bool skip = extent == Extent::kAllButFirst;
  const auto wanted = [&](InodeNumber inode) {
    if (stop_requested_ || !known_.contains(inode) || filled_.contains(inode)) return false;
    return !std::exchange(skip, false);
  };
  static_cast<void>(image_.visit_files(number, wanted, [this](InodeNumber inode, ByteSpan content) {
    return push(inode, content);
  }));
}

// False when it makes no sense to go on.
bool PageFiller::push(InodeNumber inode, ByteSpan content) {
  // Before the store: a read that comes meanwhile must not take the file for dropped.
  filled_.insert(inode);
  const int error = store_(inode, content);
  if (error == 0) {
    counters_.files.fetch_add(1, std::memory_order_relaxed);
    counters_.bytes.fetch_add(content.size(), std::memory_order_relaxed);
    return !stop_requested_;
  }
  filled_.erase(inode);
  if (error != -ENOENT) return false;
  counters_.unknown.fetch_add(1, std::memory_order_relaxed);
  known_.erase(inode);
  return true;
}

// Frames are wanted one after another: decode the next one and push its files. But its first file
// is left out: the read of it, which costs no decode any more, tells that the walk goes on.
void PageFiller::look_ahead(FrameNumber number) {
  if (number.value >= image_.header().frame_count || was_recent(number)) return;
  if (!image_.prefetch(number)) return;
  counters_.frames_ahead.fetch_add(1, std::memory_order_relaxed);
  remember(number);
  fill_frame(number, Extent::kAllButFirst);
}

// The kernel has dropped pages that it had: what was filled of this frame may be gone as well.
void PageFiller::forget_fills(FrameNumber number) {
  static_cast<void>(image_.visit_files(number,
                                       [this](InodeNumber inode) {
                                         filled_.erase(inode);
                                         stale_.erase(inode);
                                         return false;
                                       },
                                       {}));
}

bool PageFiller::was_recent(FrameNumber number) const {
  return std::ranges::find(recent_frames_, number.value) != recent_frames_.end();
}

void PageFiller::remember(FrameNumber number) {
  if (was_recent(number)) return;
  recent_frames_[next_recent_++ % recent_frames_.size()] = number.value;
}

PageFillerStats PageFiller::stats() const {
  const auto get = [](const std::atomic<std::uint64_t>& counter) {
    return counter.load(std::memory_order_relaxed);
  };
  return {get(counters_.files),        get(counters_.bytes),   get(counters_.unknown),
          get(counters_.frames_ahead), get(counters_.dropped), get(counters_.memory_pauses)};
}

}  // namespace zvfs
