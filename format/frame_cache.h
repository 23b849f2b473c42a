#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <functional>
#include <list>
#include <memory>
#include <optional>
#include <unordered_map>

#include "base/bytes.h"
#include "base/mutex.h"
#include "base/result.h"
#include "format/frame.h"

namespace zvfs {

/// What a cache did since it was made. Monotonic, except for the last two.
struct FrameCacheStats {
  std::uint64_t hits = 0;    ///< Found decoded, or joined a decode in progress.
  std::uint64_t misses = 0;  ///< Loaded.
  std::uint64_t evictions = 0;
  std::uint64_t charged_bytes = 0;  ///< The cost of what is held or being loaded now.
  std::uint64_t frames = 0;         ///< Held or being loaded now.
};

/// Decoded frames, bounded by the memory that they take, least recently used out first. A frame
/// that several threads want at once is loaded once (single flight). Thread-safe.
///
/// Frames are of three classes, and each class owns a share of the bound. A class may borrow what
/// the others leave unused. When space is needed, the class that most exceeds its share gives up
/// its oldest frame. So a scan of one large file cannot push out the index, nor the frames of small
/// files.
class FrameCache {
 public:
  using Load = std::function<Result<FramePtr>()>;

  /// Holds frames that cost at most `capacity_bytes`, including those being loaded; but one frame
  /// per loading thread is always allowed. `frame_bound` is the largest size of a frame, in bytes.
  FrameCache(std::uint64_t capacity_bytes, std::uint32_t frame_bound);

  /// What a frame of `size_bytes` is charged, in bytes: its block of FrameMemory and kEntryCost.
  static std::size_t cost_of(std::size_t size_bytes);

  /// What the cache needs for a frame besides its content, in bytes. glibc's malloc gives 64 for
  /// the Frame and its reference count, 64 for a node of a list, 32 for one of the map, and the map
  /// has 8 to 24 for a bucket. FrameCacheCost in the tests counts them.
  static constexpr std::size_t kEntryCost = 192;

  [[nodiscard]] std::uint64_t capacity_bytes() const { return shard_capacity_ * shard_count_; }

  /// The frame `key`, or null if it is not held decoded. Counts as a hit if found.
  [[nodiscard]] FramePtr find(FrameKey key);

  /// The frame `key` of `size_bytes`, after find() missed it. One of the threads that ask for it
  /// runs `load`, without holding a lock. A load that fails or throws leaves nothing behind, and
  /// every thread that waited for it gets its error. Throws std::bad_alloc, with the cache as it
  /// was, if this or the load it waited for had no memory.
  Result<FramePtr> load(FrameKey key, FrameClass frame_class, std::size_t size_bytes,
                        const Load& load);

  /// True when `key` is held or being loaded: a hint, for readahead.
  [[nodiscard]] bool contains(FrameKey key) const;

  /// Drops every frame that is not being loaded. Memory is freed once nobody pins it.
  void clear();

  [[nodiscard]] FrameCacheStats stats() const;

 private:
  struct Entry {
    FrameKey key;
    FrameClass frame_class;
    std::size_t cost;
    FramePtr frame;  // null while being loaded
  };
  using EntryList = std::list<Entry>;

  // A load in progress, and the outcome that the threads that joined it wait for. It has all the
  // memory that keeping the frame takes, so that it can always land.
  struct Flight {
    EntryList entry;  // one
    std::optional<Result<FramePtr>> result;
  };

  // Where the entry of a key is: in the list of its class or, while it is being loaded, in a
  // flight.
  struct Place {
    EntryList::iterator entry;
    std::shared_ptr<Flight> flight;  // null once it has landed
  };

  struct Shard {
    mutable Mutex mutex;
    CondVar landed;
    std::unordered_map<std::uint64_t, Place> places ZVFS_GUARDED_BY(mutex);
    // Most recently used first. A frame being loaded is charged but is not in a list.
    std::array<EntryList, kFrameClassCount> lists ZVFS_GUARDED_BY(mutex);
    std::array<std::uint64_t, kFrameClassCount> charged ZVFS_GUARDED_BY(mutex) = {};
    FrameCacheStats stats ZVFS_GUARDED_BY(mutex);
  };

  // All noexcept: from the moment when other threads can join a flight until it has landed, nothing
  // may throw.
  Shard& shard_of(FrameKey key) const noexcept;
  static FramePtr find_in(Shard& shard, FrameKey key) noexcept ZVFS_REQUIRES(shard.mutex);
  std::int64_t excess(const Shard& shard, std::size_t frame_class) const noexcept
      ZVFS_REQUIRES(shard.mutex);
  void make_room(Shard& shard, EntryList& evicted) noexcept ZVFS_REQUIRES(shard.mutex);
  static void evict_oldest(Shard& shard, std::size_t frame_class, EntryList& evicted) noexcept
      ZVFS_REQUIRES(shard.mutex);
  static void depart(Shard& shard, const Entry& entry) noexcept ZVFS_REQUIRES(shard.mutex);
  static void land(Shard& shard, Flight& flight, Result<FramePtr> result) noexcept
      ZVFS_REQUIRES(shard.mutex);
  static Result<FramePtr> join(Shard& shard, const std::shared_ptr<Flight>& flight)
      ZVFS_REQUIRES(shard.mutex);

  std::uint64_t shard_capacity_;
  std::size_t shard_count_;
  std::unique_ptr<Shard[]> shards_;
};

}  // namespace zvfs
