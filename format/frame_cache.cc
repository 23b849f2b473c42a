#include "format/frame_cache.h"

#include <algorithm>
#include <iterator>
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

// A load that throws must still land, or the threads that joined it would wait forever. Its landing
// gives them this error, which the next function turns into an exception again.
Result<FramePtr> load_caught(const FrameCache::Load& load) noexcept {
  try {
    return load();
  } catch (...) {
    return Unexpected(caught_error());
  }
}

// A lack of memory is no fault of the frame, so it must not become a problem of the image.
Result<FramePtr> outcome(const Result<FramePtr>& result) {
  if (!result && result.error().code == ErrorCode::kNoMemory) throw std::bad_alloc();
  return result;
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

FrameCache::Shard& FrameCache::shard_of(FrameKey key) const noexcept {
  // Fibonacci hashing spreads neighbouring frames over the shards.
  const std::uint64_t hash = key_bits(key) * 0x9E3779B97F4A7C15;
  return shards_[(hash >> 32) % shard_count_];
}

void FrameCache::evict_oldest(Shard& shard, std::size_t frame_class, EntryList& evicted) noexcept {
  EntryList& list = shard.lists[frame_class];
  const auto oldest = std::prev(list.end());
  shard.charged[frame_class] -= oldest->cost;
  shard.stats.charged_bytes -= oldest->cost;
  --shard.stats.frames;
  ++shard.stats.evictions;
  shard.places.erase(key_bits(oldest->key));
  evicted.splice(evicted.end(), list, oldest);
}

// By how many bytes a class exceeds its share; negative if it is below.
std::int64_t FrameCache::excess(const Shard& shard, std::size_t frame_class) const noexcept {
  const std::uint64_t share = shard_capacity_ / 8 * kSharesOfEight[frame_class];
  return static_cast<std::int64_t>(shard.charged[frame_class]) - static_cast<std::int64_t>(share);
}

// Evicts until the shard fits its capacity or has nothing left to evict. The frames go to
// `evicted`, which the caller frees once the lock is released.
void FrameCache::make_room(Shard& shard, EntryList& evicted) noexcept {
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

FramePtr FrameCache::find_in(Shard& shard, FrameKey key) noexcept {
  const auto found = shard.places.find(key_bits(key));
  if (found == shard.places.end() || found->second.flight != nullptr) return nullptr;
  const EntryList::iterator entry = found->second.entry;
  ++shard.stats.hits;
  EntryList& list = shard.lists[static_cast<std::size_t>(entry->frame_class)];
  list.splice(list.begin(), list, entry);
  return entry->frame;
}

FramePtr FrameCache::find(FrameKey key) {
  Shard& shard = shard_of(key);
  MutexLock lock(shard.mutex);
  return find_in(shard, key);
}

// Charges a frame that is about to be loaded.
void FrameCache::depart(Shard& shard, const Entry& entry) noexcept {
  ++shard.stats.misses;
  ++shard.stats.frames;
  shard.charged[static_cast<std::size_t>(entry.frame_class)] += entry.cost;
  shard.stats.charged_bytes += entry.cost;
}

// Publishes the outcome of a load to the cache and to the threads that joined it.
void FrameCache::land(Shard& shard, Flight& flight, Result<FramePtr> result) noexcept {
  Entry& entry = flight.entry.front();
  const auto class_index = static_cast<std::size_t>(entry.frame_class);
  const auto place = shard.places.find(key_bits(entry.key));
  flight.result = std::move(result);
  if (*flight.result) {
    entry.frame = **flight.result;
    EntryList& list = shard.lists[class_index];
    list.splice(list.begin(), flight.entry);
    place->second.flight.reset();
  } else {
    shard.charged[class_index] -= entry.cost;
    shard.stats.charged_bytes -= entry.cost;
    --shard.stats.frames;
    shard.places.erase(place);
  }
  shard.landed.notify_all();
}

// Waits until the load of another thread ends.
Result<FramePtr> FrameCache::join(Shard& shard, const std::shared_ptr<Flight>& flight) {
  ++shard.stats.hits;
  const std::shared_ptr<Flight> joined = flight;
  while (!joined->result) shard.landed.wait(shard.mutex);
  return outcome(*joined->result);
}

Result<FramePtr> FrameCache::load(FrameKey key, FrameClass frame_class, std::size_t size_bytes,
                                  const Load& load) {
  Shard& shard = shard_of(key);
  const auto flight = std::make_shared<Flight>();
  flight->entry.push_back({key, frame_class, cost_of(size_bytes), nullptr});
  EntryList evicted;  // declared before the locks: freed after them
  {
    MutexLock lock(shard.mutex);
    if (FramePtr frame = find_in(shard, key)) return frame;
    const auto [place, is_new] =
        shard.places.try_emplace(key_bits(key), Place{flight->entry.begin(), flight});
    if (!is_new) return join(shard, place->second.flight);
    depart(shard, flight->entry.front());
    make_room(shard, evicted);
  }
  evicted.clear();  // before the load allocates as much again

  Result<FramePtr> result = load_caught(load);
  {
    MutexLock lock(shard.mutex);
    land(shard, *flight, std::move(result));
    make_room(shard, evicted);
  }
  return outcome(*flight->result);
}

bool FrameCache::contains(FrameKey key) const {
  Shard& shard = shard_of(key);
  MutexLock lock(shard.mutex);
  return shard.places.contains(key_bits(key));
}

void FrameCache::clear() {
  for (std::size_t s = 0; s < shard_count_; ++s) {
    EntryList evicted;
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
