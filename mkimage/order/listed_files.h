#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "mkimage/order/front_files.h"
#include "tree/tree.h"

namespace zvfs {

/// The files of a tree that a list of paths names, such as the files that a recorded program
/// opened. Paths are from the root of the image; a leading `/` or `./` is ignored. Skips entries
/// that are not regular files, since they have no data to move, and files already named, by this
/// name or another. Not thread-safe.
class ListedFiles {
 public:
  /// Looks up all `paths`. Borrows the tree, which must be finished.
  ListedFiles(const Tree& tree, std::span<const std::string> paths);

  /// The front of the stream: these files, then `copies` without these files.
  [[nodiscard]] FrontFiles before(const Duplicates& copies) const;

  /// How many of the paths name nothing in the tree.
  [[nodiscard]] std::uint64_t missing() const { return missing_; }
  /// The first of these paths.
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
