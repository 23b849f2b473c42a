#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <deque>
#include <optional>
#include <thread>
#include <vector>

#include "base/mutex.h"
#include "format/image.h"

namespace zvfs {

/// What readahead did since it was made. Monotonic.
struct ReadaheadStats {
  std::uint64_t pieces = 0;     ///< Decoded ahead.
  std::uint64_t cancelled = 0;  ///< Dropped, since the reader had gone elsewhere.
};

/// Decodes large files ahead of who reads them in order. The kernel asks for the next bytes only
/// while a reader consumes the last ones; a small pool of threads decodes further, on all
/// processors, into the image's cache. A seek cancels what was planned. Thread-safe.
class Readahead {
 public:
  struct Options {
    unsigned threads = 2;
    /// How far to be ahead of a reader at the most, in bytes; 0 switches readahead off.
    std::uint64_t max_window_bytes = 0;
  };

  /// Borrows the image. start() must follow before anything is read ahead.
  Readahead(const Image& image, const Options& options);
  /// Stops.
  ~Readahead();
  Readahead(const Readahead&) = delete;
  Readahead& operator=(const Readahead&) = delete;

  void start();
  /// Ends the threads, each after the piece that it is decoding. Once stopped it stays so.
  void stop();

  enum class Pattern { kInOrder, kRandom };
  /// [offset, offset + size) of `file` is about to be read: plans what follows from it, and says
  /// how the file is being read. Call before reading. Cheap; files of one frame are in order.
  Pattern will_read(const Inode& file, std::uint64_t offset, std::uint64_t size);

  [[nodiscard]] ReadaheadStats stats() const;

 private:
  // A reader of one file, as far as its requests tell.
  struct Stream {
    InodeNumber inode;
    std::uint64_t next = 0;     // end of what was asked for
    std::uint64_t planned = 0;  // end of what was planned ahead
    std::uint64_t window = 0;
    std::uint64_t generation = 0;  // changes when the reader goes elsewhere
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
  std::vector<std::thread> threads_;
};

}  // namespace zvfs
