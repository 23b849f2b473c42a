#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "base/warnings.h"
#include "mkimage/order/duplicates.h"
#include "mkimage/scan/file_reader.h"
#include "tree/tree.h"

namespace zvfs {

/// Finds files that can become hard links to others: they take too much space side by side, have
/// equal content (byte for byte), and equal mode, owners, time and extended attributes. Use once.
class LinkMaker {
 public:
  /// Borrows both; `root_fd` is the tree's root directory.
  LinkMaker(const Tree& tree, int root_fd, Warnings& warnings);

  /// Compares the files in groups of more than `bound` bytes in all, and returns the other groups
  /// unchanged. Also returns files of up to half the bound that were compared and became no links.
  Duplicates take_larger_than(std::uint64_t bound, const Duplicates& duplicates);

  /// By inode number less 1: the file that an inode becomes a link to, or itself.
  [[nodiscard]] const std::vector<InodeNumber>& targets() const { return targets_; }
  [[nodiscard]] bool found_any() const { return found_any_; }

 private:
  std::vector<Link> compare_group(std::span<const Link> group);
  bool are_equal(Link first, Link second);

  const Tree& tree_;
  FileReader first_reader_;
  FileReader second_reader_;
  ByteVector first_;
  ByteVector second_;
  std::vector<InodeNumber> targets_;
  bool found_any_ = false;
};

}  // namespace zvfs
