#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "tree/tree.h"

namespace zvfs {

/// Groups of files in a tree that seem to have equal content. A plain value; callers that rely on
/// equality compare the bytes.
class Duplicates {
 public:
  /// Adds a group of names, one for each file.
  void add(std::span<const Link> group) {
    links_.insert(links_.end(), group.begin(), group.end());
    ends_.push_back(static_cast<std::uint32_t>(links_.size()));
  }

  /// Follows inodes to their new numbers (see Tree::link_files()).
  void renumber(std::span<const std::uint32_t> numbers) {
    for (Link& link : links_) link.directory.value = numbers[link.directory.value - 1];
  }

  /// The number of groups.
  [[nodiscard]] std::size_t size() const { return ends_.size(); }
  [[nodiscard]] std::span<const Link> group(std::size_t index) const {
    const std::uint32_t begin = index == 0 ? 0 : ends_[index - 1];
    return std::span(links_).subspan(begin, ends_[index] - begin);
  }

 private:
  std::vector<Link> links_;
  std::vector<std::uint32_t> ends_;
};

}  // namespace zvfs
