#pragma once

#include <cstddef>
#include <map>
#include <memory>
#include <vector>

#include "base/mutex.h"

namespace zvfs {

/// The memory of decoded frames. Fresh memory is expensive: the kernel clears each page when it is
/// first touched, which takes half as long as decoding a frame into it (1.5 µs for 4 KiB on the
/// machine of docs/performance.md). So blocks pass from one frame to the next, and a thread may
/// touch some blocks ahead. Make it with std::make_shared: blocks keep it alive. Thread-safe.
class FrameMemory : public std::enable_shared_from_this<FrameMemory> {
 public:
  /// Returns a block to its pool, or frees it if it has none.
  struct Return {
    std::shared_ptr<FrameMemory> memory;
    std::size_t capacity = 0;
    void operator()(std::byte* bytes) const;
  };
  using Block = std::unique_ptr<std::byte[], Return>;

  /// What a block of `size_bytes` takes of the system's memory, in bytes: rounded up as take() and
  /// malloc(3) do.
  static std::size_t cost_of(std::size_t size_bytes);

  /// At least `size_bytes`, uninitialised. Throws std::bad_alloc.
  Block take(std::size_t size_bytes);

  /// Waits until few blocks of the size taken last are left, and makes one more, with its pages
  /// touched; false after stop(). For one thread, in a loop. It has nothing to do once the cache is
  /// full: each frame that the cache gives up leaves its block to the next.
  /// Throws std::bad_alloc.
  bool make_ready() ZVFS_EXCLUDES(mutex_);

  /// Ends make_ready() for good.
  void stop() ZVFS_EXCLUDES(mutex_);

  /// Frees the blocks that are not in use.
  void release_idle() ZVFS_EXCLUDES(mutex_);

  /// Bytes in blocks that are not in use; at most kMaxIdleBytes. For tests.
  [[nodiscard]] std::size_t idle_bytes() const ZVFS_EXCLUDES(mutex_);

  static constexpr std::size_t kMaxIdleBytes = std::size_t{4} << 20;

 private:
  using Bytes = std::unique_ptr<std::byte[]>;

  void give_back(Bytes bytes, std::size_t capacity) ZVFS_EXCLUDES(mutex_);
  void make_room(std::size_t capacity, std::vector<Bytes>& freed) ZVFS_REQUIRES(mutex_);

  mutable Mutex mutex_;
  CondVar wanted_;
  std::map<std::size_t, std::vector<Bytes>> idle_ ZVFS_GUARDED_BY(mutex_);  // by capacity
  std::size_t idle_bytes_ ZVFS_GUARDED_BY(mutex_) = 0;
  std::size_t short_of_ ZVFS_GUARDED_BY(mutex_) = 0;  // the capacity to make ready, or 0
  bool stopped_ ZVFS_GUARDED_BY(mutex_) = false;
};

}  // namespace zvfs
