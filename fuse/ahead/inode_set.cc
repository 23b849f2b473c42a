#include "fuse/ahead/inode_set.h"

#include <algorithm>

namespace zvfs {
namespace {

constexpr std::uint32_t kNumbersPerWord = 32;

// The upper half of a word is the number of its block; the lower half has a bit for each inode.
constexpr std::uint64_t block_bits(InodeNumber inode) {
  return std::uint64_t{inode.value / kNumbersPerWord} << kNumbersPerWord;
}

constexpr std::uint64_t bit_of(InodeNumber inode) {
  return std::uint64_t{1} << inode.value % kNumbersPerWord;
}

constexpr bool is_of_same_block(std::uint64_t word, InodeNumber inode) {
  return word >> kNumbersPerWord == block_bits(inode) >> kNumbersPerWord;
}

constexpr bool holds(std::uint64_t word, InodeNumber inode) {
  return is_of_same_block(word, inode) && (word & bit_of(inode)) != 0;
}

}  // namespace

InodeSet::InodeSet(std::uint32_t max_inode)
    : max_inode_(max_inode),
      word_count_(std::min(max_inode / kNumbersPerWord + 1, kMaxWords)),
      words_(std::make_unique<Word[]>(word_count_)) {}

InodeSet::Word& InodeSet::word_of(InodeNumber inode) const {
  return words_[inode.value / kNumbersPerWord % word_count_];
}

bool InodeSet::contains(InodeNumber inode) const {
  return holds(word_of(inode).load(std::memory_order_relaxed), inode);
}

bool InodeSet::insert(InodeNumber inode) {
  if (inode.value > max_inode_) return false;
  Word& word = word_of(inode);
  std::uint64_t old = word.load(std::memory_order_relaxed);
  std::uint64_t wanted = 0;
  do {
    // Most numbers are there already. Not writing leaves the cache line to the other threads.
    if (holds(old, inode)) return false;
    wanted = (is_of_same_block(old, inode) ? old : block_bits(inode)) | bit_of(inode);
  } while (!word.compare_exchange_weak(old, wanted, std::memory_order_relaxed));
  return true;
}

void InodeSet::erase(InodeNumber inode) {
  Word& word = word_of(inode);
  std::uint64_t old = word.load(std::memory_order_relaxed);
  while (holds(old, inode) &&
         !word.compare_exchange_weak(old, old & ~bit_of(inode), std::memory_order_relaxed)) {
  }
}

}  // namespace zvfs
