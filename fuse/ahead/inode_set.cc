#include "fuse/ahead/inode_set.h"

#include <array>
#include <new>

namespace zvfs {
namespace {

constexpr std::uint32_t kBitsPerPart = 64 * 1024;  // 8 KiB of bitmap
constexpr std::uint32_t kBitsPerWord = 64;

constexpr std::uint64_t bit_of(InodeNumber inode) {
  return std::uint64_t{1} << inode.value % kBitsPerWord;
}

}  // namespace

struct InodeSet::Part {
  std::array<std::atomic<std::uint64_t>, kBitsPerPart / kBitsPerWord> words{};

  std::atomic<std::uint64_t>& word_of(InodeNumber inode) {
    return words[inode.value % kBitsPerPart / kBitsPerWord];
  }
};

InodeSet::InodeSet(std::uint32_t max_inode)
    : max_inode_(max_inode),
      parts_(std::make_unique<std::atomic<Part*>[]>(max_inode / kBitsPerPart + 1)) {}

InodeSet::~InodeSet() {
  for (std::uint32_t i = 0; i <= max_inode_ / kBitsPerPart; ++i) delete parts_[i].load();
}

// Returns null if nothing was ever inserted into this part, or the number is out of range.
InodeSet::Part* InodeSet::part_of(InodeNumber inode) const {
  if (inode.value > max_inode_) return nullptr;
  return parts_[inode.value / kBitsPerPart].load(std::memory_order_acquire);
}

InodeSet::Part* InodeSet::make_part(InodeNumber inode) {
  if (inode.value > max_inode_) return nullptr;
  std::unique_ptr<Part> made(new (std::nothrow) Part);
  if (made == nullptr) return nullptr;
  Part* existing = nullptr;
  // Another thread may make the same part at the same time; one of the two stays.
  if (!parts_[inode.value / kBitsPerPart].compare_exchange_strong(existing, made.get())) {
    return existing;
  }
  return made.release();
}

bool InodeSet::contains(InodeNumber inode) const {
  Part* const part = part_of(inode);
  return part != nullptr &&
         (part->word_of(inode).load(std::memory_order_relaxed) & bit_of(inode)) != 0;
}

bool InodeSet::insert(InodeNumber inode) {
  Part* part = part_of(inode);
  if (part == nullptr) part = make_part(inode);
  if (part == nullptr) return false;
  std::atomic<std::uint64_t>& word = part->word_of(inode);
  // Most numbers are there already. Not writing leaves the cache line to the other threads.
  if ((word.load(std::memory_order_relaxed) & bit_of(inode)) != 0) return false;
  return (word.fetch_or(bit_of(inode), std::memory_order_relaxed) & bit_of(inode)) == 0;
}

void InodeSet::erase(InodeNumber inode) {
  Part* const part = part_of(inode);
  if (part != nullptr) part->word_of(inode).fetch_and(~bit_of(inode), std::memory_order_relaxed);
}

}  // namespace zvfs
