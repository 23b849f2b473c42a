#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <optional>
#include <thread>

#include "base/bytes.h"
#include "base/mutex.h"
#include "format/image.h"
#include "fuse/ahead/inode_set.h"

namespace zvfs {

/// What a filler has done so far. Monotonic.
struct PageFillerStats {
  std::uint64_t pushes = 0;  ///< Files, and parts of large ones, pushed into the page cache.
  std::uint64_t bytes = 0;
  std::uint64_t unknown = 0;        ///< Files whose inode the kernel did not hold.
  std::uint64_t frames_ahead = 0;   ///< Frames decoded before anybody asked.
  std::uint64_t dropped = 0;        ///< Reads and listings given up for later ones.
  std::uint64_t memory_pauses = 0;  ///< Jobs skipped because memory was short.
};

/// Page-cache fill: a frame decoded for one small file also holds its neighbours. A background
/// thread pushes them into the kernel's page cache, so that reading them costs no request at all.
/// When frames are wanted one after another, as by a walk over a tree, it decodes the next one
/// ahead. A random read of a large file also decodes more than it asked for: the rest is pushed
/// when its frame is read at random a second time. (The first time tells nothing, since scattered
/// reads want most frames of a large file only once. A large file read in order is left to the
/// kernel's readahead.)
///
/// It never runs inside a request: storing into a page may wait until a read of that page is
/// answered, and a thread must be left to answer it. Only files whose inode the kernel holds are
/// pushed; it would refuse the others. Thread-safe.
class PageFiller {
 public:
  /// Puts `content` into the page cache of a file, at an offset in bytes that is a multiple of the
  /// page size. Returns 0 or a negative errno; -ENOENT if the kernel does not hold that inode.
  using Store = std::function<int(InodeNumber, std::uint64_t offset, ByteSpan content)>;
  /// True if memory is too short to spend on page cache.
  using IsShort = std::function<bool()>;

  /// Borrows the image and `known`, the inodes that the kernel holds or is about to learn of. Fills
  /// nothing before start().
  PageFiller(const Image& image, InodeSet& known, Store store, IsShort is_memory_short);
  /// Stops.
  ~PageFiller();
  PageFiller(const PageFiller&) = delete;
  PageFiller& operator=(const PageFiller&) = delete;

  void start();
  /// Tells all pushing threads to end, each after its current file, or after the frame that it is
  /// decoding. Does not wait.
  void request_stop();
  /// Ends the thread, and waits for that and for other pushing threads.
  /// It cannot be started again. Requests must still be answered meanwhile.
  void stop();
  /// Does the oldest job that waits, on the calling thread; false if there is none. For users that
  /// do not start().
  bool fill_next();

  /// The kernel has dropped an inode and its pages.
  void kernel_forgot(InodeNumber inode);

  /// A read of `file` at `offset`, in bytes, was answered. Call after the reply. Cheap; does
  /// nothing for files of more than one frame. Throws std::bad_alloc.
  void was_read(const Inode& file, std::uint64_t offset);
  /// The kernel has received all entries of a directory and has asked for more, so it now holds
  /// their inodes. A walk that reads one directory after another reads the files of this one next.
  /// Cheap. Throws std::bad_alloc.
  void was_listed(InodeNumber directory);
  /// A random read of a large file was answered. Call after the reply, from a thread that answers
  /// requests: it does the pushing. Throws std::bad_alloc.
  void was_read_at_random(const Inode& file, std::uint64_t offset);

  [[nodiscard]] PageFillerStats stats() const;

 private:
  struct Counters {
    std::atomic<std::uint64_t> pushes{0}, bytes{0}, unknown{0}, frames_ahead{0}, dropped{0},
        memory_pauses{0};
  };

  struct Job {
    InodeNumber inode;                 // of a file that was read, or a directory that was listed
    std::optional<FrameNumber> frame;  // of the file
    bool was_filled = false;           // the file was read although it had been pushed
  };
  struct RecentFrame {
    std::uint32_t number;
    std::chrono::steady_clock::time_point filled_at;
  };

  // Which files of a frame to push.
  enum class Extent { kAll, kAllButFirst };

  void run();
  void add_job(Job job);
  std::optional<Job> next_job();
  Job take_job() ZVFS_REQUIRES(mutex_);
  void fill(const Job& job);
  void fill_run(const Inode& file, std::uint64_t offset);
  void fill_around(InodeNumber file, FrameNumber number, bool was_filled);
  void fill_listed(InodeNumber directory);
  void fill_frame(FrameNumber number, Extent extent);
  bool push_files(FrameNumber number, Extent extent);
  bool push(InodeNumber inode, std::uint64_t offset, ByteSpan content);
  void look_ahead(FrameNumber number);
  void forget_fills(FrameNumber number);
  bool is_wanted_again(std::uint64_t run);
  [[nodiscard]] bool is_packed(const Inode& file) const;
  [[nodiscard]] bool was_recent(FrameNumber number) const;
  [[nodiscard]] bool was_filled_just_now(FrameNumber number) const;
  void remember(FrameNumber number);

  const Image& image_;
  const Store store_;
  const IsShort is_memory_short_;
  InodeSet& known_;
  InodeSet filled_;  // files in the kernel's page cache, as far as we can tell
  Counters counters_;

  std::atomic<int> answering_threads_{0};  // threads that have called was_read_at_random()
  std::atomic<int> pushers_{0};            // threads that are inside it now
  std::array<std::atomic<std::uint64_t>, 8192> runs_{};  // runs read at random, each at its hash

  std::atomic<bool> is_walk_{false};  // the last frames were wanted in order

  // The filler thread's own: the last frames that were filled or decoded ahead.
  std::array<RecentFrame, 32> recent_frames_;
  std::size_t next_recent_ = 0;

  Mutex mutex_;
  CondVar wake_;
  std::deque<Job> queue_ ZVFS_GUARDED_BY(mutex_);
  bool stopped_ ZVFS_GUARDED_BY(mutex_) = false;
  std::atomic<bool> stop_requested_{false};
  std::thread thread_;
};

}  // namespace zvfs
