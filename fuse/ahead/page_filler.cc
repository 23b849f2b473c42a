#include "fuse/ahead/page_filler.h"

#include <algorithm>
#include <cerrno>
#include <limits>
#include <utility>

#include "base/parallel.h"
#include "format/task.h"

namespace zvfs {
namespace {

// A filler this far behind would push pages that nobody wants any more, so older jobs are dropped.
constexpr std::size_t kMaxQueuedPushes = 64;

// Threads that push after their replies.
constexpr int kMaxPushers = 4;

constexpr std::uint64_t kPageSize = 4096;

constexpr std::uint32_t kNoFrame = std::numeric_limits<std::uint32_t>::max();

// Counts a thread while it exists. value() is the count including it.
class PusherCount {
 public:
  explicit PusherCount(std::atomic<int>& count) : count_(count), value_(++count) {}
  ~PusherCount() {
    --count_;
    count_.notify_all();
  }
  PusherCount(const PusherCount&) = delete;
  PusherCount& operator=(const PusherCount&) = delete;
  [[nodiscard]] int value() const { return value_; }

 private:
  std::atomic<int>& count_;
  const int value_;
};

}  // namespace

PageFiller::PageFiller(const Image& image, InodeSet& known, Store store, IsShort is_memory_short)
    : image_(image),
      store_(std::move(store)),
      is_memory_short_(std::move(is_memory_short)),
      known_(known),
      filled_(inode_count(image.header())) {
  recent_frames_.fill({kNoFrame, {}});
}

PageFiller::~PageFiller() { stop(); }

void PageFiller::start() {
  thread_ = start_thread([this] { run(); });
}

void PageFiller::request_stop() {
  stop_requested_ = true;
  {
    MutexLock lock(mutex_);
    stopped_ = true;
    queue_.clear();
  }
  wake_.notify_all();
}

void PageFiller::stop() {
  request_stop();
  if (thread_.joinable()) thread_.join();
  for (int pushers = 0; (pushers = pushers_) != 0;) pushers_.wait(pushers);
}

void PageFiller::kernel_forgot(InodeNumber inode) {
  known_.erase(inode);
  filled_.erase(inode);
}

// True if a file lies in one frame, which its record then names.
bool PageFiller::is_packed(const Inode& file) const {
  return file.record.size > 0 && file.record.size <= image_.header().frame_bound &&
         !file.record.has_extent_list();
}

void PageFiller::was_read(const Inode& file, std::uint64_t offset) {
  if (!is_packed(file)) return;
  // The kernel may read a file in parts. Only a read of the first shows that it holds none of it.
  const bool was_filled = !filled_.insert(file.number) && offset == 0;
  add_job({file.number, FrameNumber{file.record.count}, was_filled});
}

void PageFiller::was_listed(InodeNumber directory) {
  if (is_walk_.load(std::memory_order_relaxed)) add_job({.inode = directory, .frame = {}});
}

void PageFiller::was_read_at_random(const Inode& file, std::uint64_t offset) {
  if (offset >= file.record.size || is_memory_short_()) return;
  // The calling thread pushes, since it has just replied and is awake. Its store may wait until a
  // read of one of the pages is answered, which takes another thread: of the threads seen here, at
  // least one stays free. (libfuse starts threads on demand, if the system lets it, so their number
  // cannot be taken for granted.)
  thread_local const PageFiller* counted_by = nullptr;
  if (std::exchange(counted_by, this) != this) ++answering_threads_;
  const PusherCount pushers(pushers_);
  if (pushers.value() > kMaxPushers || pushers.value() >= answering_threads_) {
    counters_.dropped.fetch_add(1, std::memory_order_relaxed);
  } else if (!stop_requested_) {
    StoppableTask task(stop_requested_);
    const TaskScope scope(task);
    fill_run(file, offset);
  }
}

void PageFiller::add_job(Job job) {
  {
    MutexLock lock(mutex_);
    if (stopped_) return;
    if (queue_.size() >= kMaxQueuedPushes) {
      counters_.dropped.fetch_add(1, std::memory_order_relaxed);
      if (!job.frame) return;  // reads matter more than listings
      queue_.pop_front();      // the oldest job is of least use now
    }
    queue_.push_back(job);
  }
  wake_.notify_one();
}

std::optional<PageFiller::Job> PageFiller::next_job() {
  MutexLock lock(mutex_);
  while (!stopped_ && queue_.empty()) wake_.wait(mutex_);
  if (stopped_) return std::nullopt;
  return take_job();
}

PageFiller::Job PageFiller::take_job() {
  const Job job = queue_.front();
  queue_.pop_front();
  return job;
}

bool PageFiller::fill_next() {
  std::optional<Job> job;
  {
    MutexLock lock(mutex_);
    if (!queue_.empty()) job = take_job();
  }
  if (job) fill(*job);
  return job.has_value();
}

void PageFiller::run() {
  StoppableTask task(stop_requested_);
  const TaskScope scope(task);
  while (const auto job = next_job()) fill(*job);
}

void PageFiller::fill(const Job& job) {
  if (is_memory_short_()) {
    counters_.memory_pauses.fetch_add(1, std::memory_order_relaxed);
    return;
  }
  try {
    if (job.frame) {
      fill_around(job.inode, *job.frame, job.was_filled);
    } else {
      fill_listed(job.inode);
    }
  } catch (const std::bad_alloc&) {
    // Filling is optional; whoever reads the file will see the error.
  }
}

// Pushes everything that a random read decoded, beyond what it asked for: the run's whole pages.
void PageFiller::fill_run(const Inode& file, std::uint64_t offset) {
  const auto run = image_.frame_run(file, offset);
  if (!run || !*run) return;
  const std::uint64_t begin = ((*run)->offset + kPageSize - 1) / kPageSize * kPageSize;
  std::uint64_t end = (*run)->offset + (*run)->slice.bytes.size();
  if (end != file.record.size) end = end / kPageSize * kPageSize;
  if (begin >= end) return;
  if (!is_wanted_again(std::uint64_t{file.number.value} << 32 ^ begin / kPageSize)) return;
  push(file.number, begin, (*run)->slice.bytes.subspan(begin - (*run)->offset, end - begin));
}

// True if the run was noted before. The note is then removed, so that one push serves all readers
// that miss the same frame at once. A note is lost if another run with the same hash replaces it.
bool PageFiller::is_wanted_again(std::uint64_t run) {
  constexpr std::uint64_t kGoldenRatio = 0x9E37'79B9'7F4A'7C15;
  constexpr int kIndexBits = 13;
  static_assert(std::tuple_size_v<decltype(runs_)> == 1 << kIndexBits);
  std::atomic<std::uint64_t>& place = runs_[run * kGoldenRatio >> (64 - kIndexBits)];
  if (place.exchange(run, std::memory_order_relaxed) != run) return false;
  place.store(0, std::memory_order_relaxed);
  return true;
}

void PageFiller::fill_around(InodeNumber file, FrameNumber number, bool was_filled) {
  if (was_filled && !was_filled_just_now(number)) forget_fills(number);
  filled_.insert(file);
  const bool is_new = !was_recent(number);
  const bool in_sequence = number.value > 0 && was_recent({number.value - 1});
  fill_frame(number, Extent::kAll);
  if (in_sequence) {
    look_ahead({number.value + 1});
  } else if (is_new) {
    is_walk_.store(false, std::memory_order_relaxed);
  }
}

// Pushes the files of a directory that lie in a frame that a walk has reached.
void PageFiller::fill_listed(InodeNumber listed) {
  const auto directory = image_.inode(listed);
  if (!directory || !directory->record.is_directory()) return;
  constexpr std::uint32_t kMaxEntries = 64;  // searched for a small file
  std::optional<FrameNumber> number;
  std::uint32_t seen = 0;
  const auto visit = [&](const Dentry& entry) {
    const auto inode = image_.inode(entry.inode);
    if (inode && inode->record.is_regular() && is_packed(*inode)) {
      number = FrameNumber{inode->record.count};
    }
    return !number && ++seen < kMaxEntries && !stop_requested_;
  };
  static_cast<void>(image_.list(*directory, 0, visit));
  if (!number || !was_recent(*number)) return;
  const bool is_past = was_recent({number->value + 1});
  fill_frame(*number, is_past ? Extent::kAll : Extent::kAllButFirst);
}

// Pushes a frame's files, and remembers the frame.
void PageFiller::fill_frame(FrameNumber number, Extent extent) {
  if (push_files(number, extent) || !was_recent(number)) remember(number);
}

// True if any file was pushed. Errors are left to whoever reads the files.
bool PageFiller::push_files(FrameNumber number, Extent extent) {
  bool skip = extent == Extent::kAllButFirst;
  bool any = false;
  using Choice = Image::Choice;
  const auto choose = [&](InodeNumber inode) {
    if (stop_requested_) return Choice::kStop;
    if (!known_.contains(inode) || filled_.contains(inode)) return Choice::kSkip;
    return std::exchange(skip, false) ? Choice::kSkip : Choice::kVisit;
  };
  const auto push_whole = [&](InodeNumber inode, ByteSpan content) {
    if (push(inode, 0, content)) {
      filled_.insert(inode);
      any = true;
    }
    return !stop_requested_.load();
  };
  static_cast<void>(image_.visit_files(number, choose, push_whole));
  return any;
}

// True if the kernel took it.
bool PageFiller::push(InodeNumber inode, std::uint64_t offset, ByteSpan content) {
  const int error = store_(inode, offset, content);
  if (error == 0) {
    counters_.pushes.fetch_add(1, std::memory_order_relaxed);
    counters_.bytes.fetch_add(content.size(), std::memory_order_relaxed);
  } else if (error == -ENOENT) {
    counters_.unknown.fetch_add(1, std::memory_order_relaxed);
  }
  return error == 0;
}

// A walk wants frames one after another: decode the next one and push its files, except the first.
// Reading that one costs no decode any more, and tells us that the walk goes on.
void PageFiller::look_ahead(FrameNumber number) {
  if (number.value >= image_.header().frame_count || was_recent(number)) return;
  if (!image_.prefetch(number)) return;
  is_walk_.store(true, std::memory_order_relaxed);
  counters_.frames_ahead.fetch_add(1, std::memory_order_relaxed);
  fill_frame(number, Extent::kAllButFirst);
}

// The kernel has dropped pages that it had, so whatever was filled from this frame may be gone,
// too.
void PageFiller::forget_fills(FrameNumber number) {
  const auto forget = [this](InodeNumber inode) {
    filled_.erase(inode);
    return stop_requested_ ? Image::Choice::kStop : Image::Choice::kSkip;
  };
  static_cast<void>(image_.visit_files(number, forget, {}));
}

bool PageFiller::was_recent(FrameNumber number) const {
  return std::ranges::find(recent_frames_, number.value, &RecentFrame::number) !=
         recent_frames_.end();
}

// A reader as fast as the filler asks for files that are just being pushed. This does not mean that
// the kernel has dropped them.
bool PageFiller::was_filled_just_now(FrameNumber number) const {
  constexpr std::chrono::milliseconds kJustNow{100};
  const auto found = std::ranges::find(recent_frames_, number.value, &RecentFrame::number);
  return found != recent_frames_.end() &&
         std::chrono::steady_clock::now() - found->filled_at < kJustNow;
}

void PageFiller::remember(FrameNumber number) {
  const auto now = std::chrono::steady_clock::now();
  const auto found = std::ranges::find(recent_frames_, number.value, &RecentFrame::number);
  if (found != recent_frames_.end()) {
    found->filled_at = now;
  } else {
    recent_frames_[next_recent_++ % recent_frames_.size()] = {number.value, now};
  }
}

PageFillerStats PageFiller::stats() const {
  const auto get = [](const std::atomic<std::uint64_t>& counter) {
    return counter.load(std::memory_order_relaxed);
  };
  return {get(counters_.pushes),       get(counters_.bytes),   get(counters_.unknown),
          get(counters_.frames_ahead), get(counters_.dropped), get(counters_.memory_pauses)};
}

}  // namespace zvfs
