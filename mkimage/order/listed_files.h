#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "mkimage/order/front_files.h"
#include "tree/tree.h"

namespace zvfs {

/// The files of a tree that a list of paths names, such as the files that a program opened when it
/// was recorded. Paths are from the root of the image; `/` and `./` before them mean nothing.
/// What is no regular file has no data to move, and is passed over; so is a file that was named
/// before, by this name or by another one. Not thread-safe.
class ListedFiles {
 public:
  /// Looks up all `paths`. Borrows the tree, which must be finished.
  ListedFiles(const Tree& tree, std::span<const std::string> paths);

  /// What leads the stream when these files come first, and then `copies`, without these files.
  [[nodiscard]] FrontFiles before(const Duplicates& copies) const;

  /// How many of the paths name nothing in the tree.
  [[nodiscard]] std::uint64_t missing() const { return missing_; }
  /// The first of those.
  [[nodiscard]] const std::string& first_missing() const { return first_missing_; }

 private:
  void add(const std::string& path);

  const Tree& tree_;
  std::vector<Link> links_;
  std::vector<bool> is_listed_;  // by inode number less 1
  std::uint64_t missing_ = 0;
  std::string first_missing_;
};

}  // namespace zvfs
