#include "format/frame_cache.h"

#include <algorithm>
#include <new>

namespace zvfs {
namespace {

constexpr std::size_t kMaxShards = 8;
constexpr std::size_t kFramesPerShard = 16;  // with fewer, a shard remembers too little

// How many of every 8 bytes belong to each FrameClass: index, packed, stream.
constexpr std::array<std::uint64_t, kFrameClassCount> kSharesOfEight = {2, 4, 2};

constexpr std::uint64_t key_bits(FrameKey key) {
  return std::uint64_t{key.number} << 1 | (key.space == FrameKey::Space::kIndex ? 1U : 0U);
}

// A load that throws must still land, or the threads that joined it would wait forever.
Result<FramePtr> load_caught(const FrameCache::Load& load) {
  try {
    return load();
  } catch (const std::bad_alloc&) {
    return fail(ErrorCode::kNoMemory, "out of memory for a frame");
  }
}

}  // namespace

FrameCache::FrameCache(std::uint64_t capacity_bytes, std::uint32_t frame_bound)
    : shard_count_(std::clamp<std::uint64_t>(
          capacity_bytes / (kFramesPerShard * std::max<std::uint64_t>(frame_bound, 1)), 1,
          kMaxShards)) {
  shard_capacity_ = capacity_bytes / shard_count_;
  shards_ = std::make_unique<Shard[]>(shard_count_);
}

std::size_t FrameCache::cost_of(std::size_t size_bytes) {
  return FrameMemory::cost_of(size_bytes) + kEntryCost;
}

FrameCache::Shard& FrameCache::shard_of(FrameKey key) const {
  // Fibonacci hashing spreads neighbouring frames over the shards.
  const std::uint64_t hash = key_bits(key) * 0x9E3779B97F4A7C15;
  return shards_[(hash >> 32) % shard_count_];
}

void FrameCache::evict_oldest(Shard& shard, std::size_t frame_class,
                              std::vector<FramePtr>& evicted) {
  Entry& oldest = shard.lists[frame_class].back();
  shard.charged[frame_class] -= oldest.cost;
  shard.stats.charged_bytes -= oldest.cost;
  --shard.stats.frames;
  ++shard.stats.evictions;
  shard.entries.erase(key_bits(oldest.key));
  evicted.push_back(std::move(oldest.frame));
  shard.lists[frame_class].pop_back();
}

// By how many bytes a class exceeds its share; negative if it is below.
std::int64_t FrameCache::excess(const Shard& shard, std::size_t frame_class) const {
  const std::uint64_t share = shard_capacity_ / 8 * kSharesOfEight[frame_class];
  return static_cast<std::int64_t>(shard.charged[frame_class]) - static_cast<std::int64_t>(share);
}

// Evicts until the shard fits its capacity or has nothing left to evict. The frames go to
// `evicted`, which the caller frees once the lock is released.
void FrameCache::make_room(Shard& shard, std::vector<FramePtr>& evicted) {
  while (shard.stats.charged_bytes > shard_capacity_) {
    std::size_t victim = kFrameClassCount;
    for (std::size_t i = 0; i < kFrameClassCount; ++i) {
      if (shard.lists[i].empty()) continue;
      if (victim == kFrameClassCount || excess(shard, i) > excess(shard, victim)) victim = i;
    }
    if (victim == kFrameClassCount) return;  // everything charged is being loaded
    evict_oldest(shard, victim, evicted);
  }
}

FramePtr FrameCache::find_in(Shard& shard, FrameKey key) {
  const auto found = shard.entries.find(key_bits(key));
  if (found == shard.entries.end()) return nullptr;
  ++shard.stats.hits;
  EntryList& list = shard.lists[static_cast<std::size_t>(found->second->frame_class)];
  list.splice(list.begin(), list, found->second);
  return found->second->frame;
}

FramePtr FrameCache::find(FrameKey key) {
  Shard& shard = shard_of(key);
  MutexLock lock(shard.mutex);
  return find_in(shard, key);
}

// Publishes the outcome of a load to the cache and to the threads that joined it.
void FrameCache::land(Shard& shard, FrameKey key, Flight& flight, Result<FramePtr> result) {
  const auto class_index = static_cast<std::size_t>(flight.frame_class);
  if (result) {
    EntryList& list = shard.lists[class_index];
    list.push_front({key, flight.frame_class, flight.cost, *result});
    shard.entries.emplace(key_bits(key), list.begin());
  } else {
    shard.charged[class_index] -= flight.cost;
    shard.stats.charged_bytes -= flight.cost;
    --shard.stats.frames;
  }
  flight.result = std::move(result);
  shard.flights.erase(key_bits(key));
  shard.landed.notify_all();
}

Result<FramePtr> FrameCache::load(FrameKey key, FrameClass frame_class, std::size_t size_bytes,
                                  const Load& load) {
  Shard& shard = shard_of(key);
  const std::size_t cost = cost_of(size_bytes);
  const auto flight = std::make_shared<Flight>(Flight{frame_class, cost, std::nullopt});
  std::vector<FramePtr> evicted;  // declared before the locks: freed after them
  {
    MutexLock lock(shard.mutex);
    if (FramePtr frame = find_in(shard, key)) return frame;
    if (const auto found = shard.flights.find(key_bits(key)); found != shard.flights.end()) {
      ++shard.stats.hits;
      const std::shared_ptr<Flight> joined = found->second;
      while (!joined->result) shard.landed.wait(shard.mutex);
      return *joined->result;
    }
    ++shard.stats.misses;
    ++shard.stats.frames;
    shard.flights.emplace(key_bits(key), flight);
    shard.charged[static_cast<std::size_t>(frame_class)] += cost;
    shard.stats.charged_bytes += cost;
    make_room(shard, evicted);
  }
  evicted.clear();  // before the load allocates as much again

  Result<FramePtr> result = load_caught(load);
  MutexLock lock(shard.mutex);
  land(shard, key, *flight, result);
  make_room(shard, evicted);
  return result;
}

bool FrameCache::contains(FrameKey key) const {
  Shard& shard = shard_of(key);
  MutexLock lock(shard.mutex);
  return shard.entries.contains(key_bits(key)) || shard.flights.contains(key_bits(key));
}

void FrameCache::clear() {
  for (std::size_t s = 0; s < shard_count_; ++s) {
    std::vector<FramePtr> evicted;
    Shard& shard = shards_[s];
    MutexLock lock(shard.mutex);
    for (std::size_t i = 0; i < kFrameClassCount; ++i) {
      while (!shard.lists[i].empty()) evict_oldest(shard, i, evicted);
    }
  }
}

FrameCacheStats FrameCache::stats() const {
  FrameCacheStats sum;
  for (std::size_t s = 0; s < shard_count_; ++s) {
    const Shard& shard = shards_[s];
    MutexLock lock(shard.mutex);
    const FrameCacheStats& stats = shard.stats;
    sum.hits += stats.hits;
    sum.misses += stats.misses;
    sum.evictions += stats.evictions;
    sum.charged_bytes += stats.charged_bytes;
    sum.frames += stats.frames;
  }
  return sum;
}

}  // namespace zvfs
