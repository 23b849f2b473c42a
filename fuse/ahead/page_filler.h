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

/// What a filler did since it was made. Monotonic.
struct PageFillerStats {
  std::uint64_t pushes = 0;  ///< Files, and parts of large ones, pushed into the page cache.
  std::uint64_t bytes = 0;
  std::uint64_t unknown = 0;        ///< Files of which the kernel knew no inode, or not yet.
  std::uint64_t frames_ahead = 0;   ///< Frames decoded before anybody asked.
  std::uint64_t dropped = 0;        ///< Reads and listings that were given up for later ones.
  std::uint64_t memory_pauses = 0;  ///< Times that memory was too short to fill.
};

/// Page-cache fill: a frame that was decoded for one small file holds its neighbours, too. A
/// background thread pushes them into the kernel's page cache, so that reading them costs no
/// request at all. When frames are wanted one after another, as by a walk over a tree, it decodes
/// the next one ahead. A random read of a large file has decoded more than was asked for, too: that
/// is pushed when its frame is read at random a second time. (The first time tells nothing: most
/// frames of a large file that is read here and there are wanted once. A large file that is read in
/// order is left to the kernel's readahead.)
///
/// It never runs inside a request: storing into a page may wait until a read of that page is
/// answered, and somebody must be left to answer it. Only files whose inode the kernel holds
/// are pushed; it would refuse the others. Thread-safe.
class PageFiller {
 public:
  /// Puts `content` into the page cache of a file, at an offset in bytes that is a multiple of the
  /// page size. Returns 0, or a negative errno: -ENOENT when the kernel does not hold that inode.
  using Store = std::function<int(InodeNumber, std::uint64_t offset, ByteSpan content)>;
  /// Says whether memory is too short to spend it on page cache.
  using IsShort = std::function<bool()>;

  /// Borrows the image, and `known`: the inodes that the kernel holds, or is about to be told of.
  /// start() must follow before anything is filled.
  PageFiller(const Image& image, InodeSet& known, Store store, IsShort is_memory_short);
  /// Stops.
  ~PageFiller();
  PageFiller(const PageFiller&) = delete;
  PageFiller& operator=(const PageFiller&) = delete;

  void start();
  /// Ends the thread, and waits for others that push, each after the file that it is pushing. Once
  /// stopped it stays so. Requests must still be answered meanwhile.
  void stop();

  /// The kernel has dropped an inode, and its pages.
  void kernel_forgot(InodeNumber inode);

  /// A read of `file` at `offset`, in bytes, was answered. Call after the reply. Cheap, and does
  /// nothing for files of more than one frame. Throws std::bad_alloc.
  void was_read(const Inode& file, std::uint64_t offset);
  /// All entries of a directory were given to the kernel, and it has asked for more: so it holds
  /// their inodes now. Where a walk reads the files of one directory after the other, those of this
  /// one are read next. Cheap. Throws std::bad_alloc.
  void was_listed(InodeNumber directory);
  /// A read at random of a large file was answered. Call after the reply, from a thread that
  /// answers requests: it pushes. Throws std::bad_alloc.
  void was_read_at_random(const Inode& file, std::uint64_t offset);

  [[nodiscard]] PageFillerStats stats() const;

 private:
  struct Counters {
    std::atomic<std::uint64_t> pushes{0}, bytes{0}, unknown{0}, frames_ahead{0}, dropped{0},
        memory_pauses{0};
  };

  struct Job {
    InodeNumber inode;                 // a file that was read, or a directory that was listed
    std::optional<FrameNumber> frame;  // of the file
    bool was_filled = false;           // it was read although the kernel had been given it
  };
  struct RecentFrame {
    std::uint32_t number;
    std::chrono::steady_clock::time_point filled_at;
  };

  // The files of a frame to be pushed.
  enum class Extent { kAll, kAllButFirst };

  void run();
  void add_job(Job job);
  std::optional<Job> next_job();
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
  InodeSet filled_;  // files that it has in its page cache, as far as we can tell
  Counters counters_;

  std::atomic<int> answering_threads_{0};  // threads that have called was_read_at_random()
  std::atomic<int> pushers_{0};            // threads that are there now
  std::array<std::atomic<std::uint64_t>, 8192> runs_{};  // read at random, at the hash of each

  std::atomic<bool> is_walk_{false};  // the last frames were wanted one after another

  // The filler thread's own: frames that were filled or decoded ahead last.
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
