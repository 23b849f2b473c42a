#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <deque>
#include <optional>

#include "base/mutex.h"
#include "base/parallel.h"
#include "format/image.h"

namespace zvfs {

/// What readahead has done so far. Monotonic.
struct ReadaheadStats {
  std::uint64_t pieces = 0;     ///< Decoded ahead.
  std::uint64_t cancelled = 0;  ///< Dropped because the reader had moved on.
};

/// Decodes large files ahead of readers that read them in order. The kernel asks for the next bytes
/// only while a reader consumes the last ones; a small pool of threads decodes further into the
/// image's cache, on all processors. A seek cancels what was planned. Thread-safe.
class Readahead {
 public:
  struct Options {
    unsigned threads = 2;
    /// The maximum distance ahead of a reader, in bytes; 0 switches readahead off.
    std::uint64_t max_window_bytes = 0;
  };

  /// Borrows the image. Reads nothing ahead before start().
  Readahead(const Image& image, const Options& options);
  /// Stops.
  ~Readahead();
  Readahead(const Readahead&) = delete;
  Readahead& operator=(const Readahead&) = delete;

  /// Throws std::system_error and std::bad_alloc if no thread can be started.
  void start();
  /// Tells the threads to end, each after the frame that it is decoding. Does not wait.
  void request_stop();
  /// Ends the threads, and waits for that. They cannot be started again.
  void stop();
  /// Decodes the next piece that is planned, on the calling thread; false if none is. For users
  /// that do not start().
  bool decode_next();

  enum class Pattern { kInOrder, kRandom };
  /// Plans ahead of a read of [offset, offset + size) of `file`, and tells how the file is being
  /// read. Call it before reading. Cheap; files of one frame count as read in order.
  Pattern will_read(const Inode& file, std::uint64_t offset, std::uint64_t size);

  [[nodiscard]] ReadaheadStats stats() const;

 private:
  // A reader of one file, as far as requests show.
  struct Stream {
    InodeNumber inode;
    std::uint64_t next = 0;     // end of the requests so far
    std::uint64_t planned = 0;  // end of the plan
    std::uint64_t window = 0;
    std::uint64_t generation = 0;  // changes when the reader moves on
    std::uint64_t last_used = 0;
  };
  struct Job {
    Inode file;
    std::uint64_t offset;
    std::size_t stream;
    std::uint64_t generation;
  };

  void run();
  std::optional<Job> next_job();
  std::optional<Job> take_job() ZVFS_REQUIRES(mutex_);
  void decode(const Job& job);
  std::size_t stream_of(InodeNumber inode) ZVFS_REQUIRES(mutex_);
  void restart(Stream& stream, const Inode& file, std::uint64_t offset, std::uint64_t size)
      ZVFS_REQUIRES(mutex_);
  bool plan(std::size_t index, const Inode& file) ZVFS_REQUIRES(mutex_);

  const Image& image_;
  const Options options_;

  Mutex mutex_;
  CondVar wake_;
  std::array<Stream, 16> streams_ ZVFS_GUARDED_BY(mutex_);
  std::uint64_t clock_ ZVFS_GUARDED_BY(mutex_) = 0;
  std::deque<Job> queue_ ZVFS_GUARDED_BY(mutex_);
  bool stopped_ ZVFS_GUARDED_BY(mutex_) = false;
  std::atomic<bool> stop_requested_ = false;  // the same, for jobs that run
  std::atomic<std::uint64_t> pieces_{0};
  std::atomic<std::uint64_t> cancelled_{0};
  ThreadGroup threads_;
};

}  // namespace zvfs
