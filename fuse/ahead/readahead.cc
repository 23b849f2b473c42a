#include "fuse/ahead/readahead.h"

#include <algorithm>
#include <new>

#include "base/units.h"
#include "format/task.h"

namespace zvfs {
namespace {

// What one job decodes: about a frame, so that all threads get a share of the window.
constexpr std::uint64_t kPieceSize = 128 * kKiB;
constexpr std::uint64_t kFirstWindow = 2 * kPieceSize;

// The kernel sends several requests at once, and threads take them up in any order. A request this
// close to the expected one is not a seek.
constexpr std::uint64_t kSlack = kMiB;

// A first request of at least this size at offset 0 comes from the kernel's readahead.
constexpr std::uint64_t kSequentialSize = 64 * kKiB;

constexpr std::size_t kMaxQueuedPieces = 256;

}  // namespace

Readahead::Readahead(const Image& image, const Options& options)
    : image_(image), options_(options) {}

Readahead::~Readahead() { stop(); }

void Readahead::start() {
  if (options_.max_window_bytes == 0) return;
  threads_.start_at_least_one(options_.threads, [this] { run(); });
}

void Readahead::request_stop() {
  stop_requested_ = true;
  {
    MutexLock lock(mutex_);
    stopped_ = true;
    queue_.clear();
  }
  wake_.notify_all();
}

void Readahead::stop() {
  request_stop();
  threads_.join();
}

Readahead::Pattern Readahead::will_read(const Inode& file, std::uint64_t offset,
                                        std::uint64_t size) {
  if (file.record.allocated <= image_.header().frame_bound) return Pattern::kInOrder;
  Pattern pattern = Pattern::kInOrder;
  bool planned = false;
  {
    MutexLock lock(mutex_);
    if (stopped_) return pattern;
    const std::size_t index = stream_of(file.number);
    Stream& stream = streams_[index];
    stream.last_used = ++clock_;
    const std::uint64_t low = stream.next - std::min(stream.next, kSlack);
    if (stream.inode != file.number || offset < low || offset > stream.next + kSlack) {
      restart(stream, file, offset, size);
      if (stream.window == 0) pattern = Pattern::kRandom;
    } else {
      stream.next = std::max(stream.next, offset + size);
      stream.window =
          std::min(std::max(kFirstWindow, stream.window * 2), options_.max_window_bytes);
    }
    planned = plan(index, file);
  }
  if (planned) wake_.notify_all();
  return pattern;
}

// The stream of `inode`, or the least recently used one.
std::size_t Readahead::stream_of(InodeNumber inode) {
  const auto found = std::ranges::find(streams_, inode, &Stream::inode);
  const auto chosen =
      found != streams_.end() ? found : std::ranges::min_element(streams_, {}, &Stream::last_used);
  return static_cast<std::size_t>(chosen - streams_.begin());
}

void Readahead::restart(Stream& stream, const Inode& file, std::uint64_t offset,
                        std::uint64_t size) {
  stream.inode = file.number;
  stream.next = offset + size;
  stream.planned = stream.next;
  stream.window = 0;
  if (offset == 0 && size >= kSequentialSize) {
    stream.window = std::min(kFirstWindow, options_.max_window_bytes);
  }
  ++stream.generation;
}

// Plans what the window allows; true if that was anything.
bool Readahead::plan(std::size_t index, const Inode& file) {
  Stream& stream = streams_[index];
  stream.planned = std::max(stream.planned, stream.next);
  const std::uint64_t end = std::min(stream.next + stream.window, file.record.size);
  bool planned = false;
  while (stream.planned < end && queue_.size() < kMaxQueuedPieces) {
    queue_.push_back({file, stream.planned, index, stream.generation});
    stream.planned += kPieceSize;
    planned = true;
  }
  return planned;
}

std::optional<Readahead::Job> Readahead::next_job() {
  MutexLock lock(mutex_);
  while (true) {
    while (!stopped_ && queue_.empty()) wake_.wait(mutex_);
    if (stopped_) return std::nullopt;
    if (const auto job = take_job()) return job;
  }
}

// The first job that is still wanted; nothing if none is.
std::optional<Readahead::Job> Readahead::take_job() {
  while (!queue_.empty()) {
    const Job job = queue_.front();
    queue_.pop_front();
    const Stream& stream = streams_[job.stream];
    // A piece that the reader has overtaken is already being decoded for it.
    if (stream.generation == job.generation && job.offset + kPieceSize > stream.next) return job;
    cancelled_.fetch_add(1, std::memory_order_relaxed);
  }
  return std::nullopt;
}

bool Readahead::decode_next() {
  std::optional<Job> job;
  {
    MutexLock lock(mutex_);
    job = take_job();
  }
  if (job) decode(*job);
  return job.has_value();
}

void Readahead::run() {
  StoppableTask task(stop_requested_);
  const TaskScope scope(task);
  while (const auto job = next_job()) decode(*job);
}

void Readahead::decode(const Job& job) {
  try {
    // The frames stay in the cache. An error is left to whoever reads there.
    const auto goes_on = [this] { return !stop_requested_.load(std::memory_order_relaxed); };
    static_cast<void>(image_.read_ahead(job.file, job.offset, kPieceSize, goes_on));
    pieces_.fetch_add(1, std::memory_order_relaxed);
  } catch (const std::bad_alloc&) {
    cancelled_.fetch_add(1, std::memory_order_relaxed);
  }
}

ReadaheadStats Readahead::stats() const {
  return {pieces_.load(std::memory_order_relaxed), cancelled_.load(std::memory_order_relaxed)};
}

}  // namespace zvfs
