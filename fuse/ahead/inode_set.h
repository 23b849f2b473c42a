#pragma once

#include <atomic>
#include <cstdint>
#include <memory>

#include "format/offsets.h"

namespace zvfs {

/// A set of inode numbers: a bitmap whose parts are allocated on their first write, so its memory
/// depends on what was touched, not on the size of the image. Thread-safe and lock-free; a thread
/// may see another's change late.
class InodeSet {
 public:
  /// For the inode numbers 1 to `max_inode`.
  explicit InodeSet(std::uint32_t max_inode);
  ~InodeSet();
  InodeSet(const InodeSet&) = delete;
  InodeSet& operator=(const InodeSet&) = delete;

  [[nodiscard]] bool contains(InodeNumber inode) const;
  /// Returns false if the number was in the set already or is out of range, or memory ran out.
  bool insert(InodeNumber inode);
  void erase(InodeNumber inode);

 private:
  struct Part;

  [[nodiscard]] Part* part_of(InodeNumber inode) const;
  Part* make_part(InodeNumber inode);

  std::uint32_t max_inode_;
  std::unique_ptr<std::atomic<Part*>[]> parts_;
};

}  // namespace zvfs
