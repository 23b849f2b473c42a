#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "base/warnings.h"
#include "mkimage/order/duplicates.h"
#include "mkimage/scan/file_reader.h"
#include "tree/tree.h"

namespace zvfs {

/// Finds the files that may become hard links of others: which take too much room side by side, are
/// of equal content, byte for byte, and of equal mode, owners, time and extended attributes. Use
/// once.
class LinkMaker {
 public:
  /// Borrows both; `root_fd` is the tree's root directory.
  LinkMaker(const Tree& tree, int root_fd, Warnings& warnings);

  /// Takes the groups of `duplicates` apart: those of more than `bound` bytes in all are compared,
  /// the others are returned as they were. So are files of up to half the bound that are found to
  /// be no links of one another.
  Duplicates take_larger_than(std::uint64_t bound, const Duplicates& duplicates);

  /// By inode number less 1: the file that an inode is to become a link of, or itself.
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
