#include "format/frame_memory.h"

#include <algorithm>
#include <bit>
#include <new>
#include <utility>

namespace zvfs {
namespace {

// Pooling would hide overruns within a block that is larger than its frame, and the use of a freed
// frame, from the sanitizer.
#if defined(__SANITIZE_ADDRESS__)
constexpr bool kIsPooled = false;
#elif defined(__has_feature)
constexpr bool kIsPooled = !__has_feature(address_sanitizer);
#else
constexpr bool kIsPooled = true;
#endif

// Smaller blocks come from malloc, which has already touched most of the memory it hands out.
constexpr std::size_t kLeastPooled = std::size_t{64} << 10;

// When fewer than kFewReady are idle, as many are made as fit in kReadyBytes.
constexpr std::size_t kFewReady = 2;
constexpr std::size_t kReadyBytes = std::size_t{1} << 20;

constexpr std::size_t kPageSize = 4096;  // or a fraction of a page

// glibc puts 8 bytes before a block, rounds it up to 16, and has none below 32.
constexpr std::size_t kMallocHeader = 8;
constexpr std::size_t kMallocStep = 16;
constexpr std::size_t kLeastMalloc = 32;

constexpr std::size_t round_up(std::size_t size, std::size_t step) {
  return (size + step - 1) / step * step;
}

// Rounds up by at most an eighth, so that frames of about the same size can share.
std::size_t capacity_of(std::size_t size) { return round_up(size, std::bit_floor(size) / 8); }

bool is_made_ahead(std::size_t capacity) { return capacity * kFewReady <= kReadyBytes; }

void touch(std::byte* bytes, std::size_t size) {
  for (std::size_t i = 0; i < size; i += kPageSize) {
    static_cast<volatile std::byte*>(bytes)[i] = std::byte{0};
  }
}

}  // namespace

void FrameMemory::Return::operator()(std::byte* bytes) const {
  std::unique_ptr<std::byte[]> owned(bytes);
  try {
    if (memory) memory->give_back(std::move(owned), capacity);
  } catch (const std::bad_alloc&) {
    // The pool has no memory to note the block, so the block is freed.
  }
}

std::size_t FrameMemory::cost_of(std::size_t size_bytes) {
  if (size_bytes < kLeastPooled) {
    return std::max(kLeastMalloc, round_up(size_bytes + kMallocHeader, kMallocStep));
  }
  return capacity_of(size_bytes) + kPageSize;  // of its own mapping, begun by a header
}

FrameMemory::Block FrameMemory::take(std::size_t size_bytes) {
  if (!kIsPooled || size_bytes < kLeastPooled) {
    return {std::make_unique_for_overwrite<std::byte[]>(size_bytes).release(), Return{}};
  }
  const std::size_t capacity = capacity_of(size_bytes);
  Bytes bytes;
  bool is_short = false;
  {
    const MutexLock lock(mutex_);
    std::vector<Bytes>& blocks = idle_[capacity];
    if (!blocks.empty()) {
      bytes = std::move(blocks.back());
      blocks.pop_back();
      idle_bytes_ -= capacity;
    }
    is_short = blocks.size() < kFewReady && is_made_ahead(capacity);
    if (is_short) short_of_ = capacity;
  }
  if (is_short) wanted_.notify_one();
  if (!bytes) bytes = std::make_unique_for_overwrite<std::byte[]>(capacity);
  return {bytes.release(), Return{shared_from_this(), capacity}};
}

bool FrameMemory::make_ready() {
  std::size_t capacity = 0;
  {
    const MutexLock lock(mutex_);
    while (short_of_ == 0 && !stopped_) wanted_.wait(mutex_);
    if (stopped_) return false;
    capacity = short_of_;
    if ((idle_[capacity].size() + 1) * capacity >= kReadyBytes) short_of_ = 0;
  }
  auto bytes = std::make_unique_for_overwrite<std::byte[]>(capacity);
  touch(bytes.get(), capacity);
  give_back(std::move(bytes), capacity);
  return true;
}

void FrameMemory::stop() {
  const MutexLock lock(mutex_);
  stopped_ = true;
  wanted_.notify_all();
}

void FrameMemory::release_idle() {
  std::map<std::size_t, std::vector<Bytes>> released;  // declared first: freed after the lock
  const MutexLock lock(mutex_);
  released.swap(idle_);
  idle_bytes_ = 0;
  short_of_ = 0;
}

std::size_t FrameMemory::idle_bytes() const {
  const MutexLock lock(mutex_);
  return idle_bytes_;
}

void FrameMemory::give_back(Bytes bytes, std::size_t capacity) {
  if (capacity > kMaxIdleBytes) return;
  std::vector<Bytes> freed;  // declared first: freed after the lock
  const MutexLock lock(mutex_);
  make_room(capacity, freed);
  idle_[capacity].push_back(std::move(bytes));
  idle_bytes_ += capacity;
}

// Frees blocks of other sizes first: the block being returned has the size in use.
void FrameMemory::make_room(std::size_t capacity, std::vector<Bytes>& freed) {
  const auto others_first = [capacity](const auto& entry) { return entry.first != capacity; };
  while (idle_bytes_ + capacity > kMaxIdleBytes) {
    auto found = std::ranges::find_if(idle_, others_first);
    if (found == idle_.end()) found = idle_.begin();
    if (found->second.empty()) {
      idle_.erase(found);
      continue;
    }
    freed.push_back(std::move(found->second.back()));
    found->second.pop_back();
    idle_bytes_ -= found->first;
  }
}

}  // namespace zvfs
