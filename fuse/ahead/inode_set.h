#pragma once

#include <atomic>
#include <cstdint>
#include <memory>

#include "format/offsets.h"

namespace zvfs {

/// A set of inode numbers that may forget: it remembers what helps, and nothing relies on it.
///
/// It takes one word of 8 bytes for each 32 inodes of the image, and at most kMaxWords (1 MiB),
/// whatever numbers are inserted. So up to kMaxWords * 32 = 4,194,304 inodes nothing is forgotten.
/// In larger images, a number takes the word of numbers at a multiple of that distance, which are
/// then forgotten. Thread-safe and lock-free; a thread may see another's change late.
class InodeSet {
 public:
  static constexpr std::uint32_t kMaxWords = 1 << 17;

  /// For the inode numbers 1 to `max_inode`.
  explicit InodeSet(std::uint32_t max_inode);

  /// False also for a number that was forgotten.
  [[nodiscard]] bool contains(InodeNumber inode) const;
  /// Returns false if the number was in the set already or is out of range.
  bool insert(InodeNumber inode);
  void erase(InodeNumber inode);

  /// What the set takes, in bytes.
  [[nodiscard]] std::size_t memory_bytes() const {
    return std::size_t{word_count_} * sizeof(std::uint64_t);
  }

 private:
  // Which block of 32 numbers it holds, and which of them are in the set.
  using Word = std::atomic<std::uint64_t>;

  [[nodiscard]] Word& word_of(InodeNumber inode) const;

  std::uint32_t max_inode_;
  std::uint32_t word_count_;
  std::unique_ptr<Word[]> words_;
};

}  // namespace zvfs
