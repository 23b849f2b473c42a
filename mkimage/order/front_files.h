#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "mkimage/order/duplicates.h"

namespace zvfs {

/// The files of a tree that come first in the stream, before those in path order. A plain value.
struct FrontFiles {
  FrontFiles() = default;
  /// The files that have copies, with these.
  explicit FrontFiles(Duplicates copies) : groups(std::move(copies)) {}

  /// In the order in which they come: a file alone, or one with its copies. No file twice.
  Duplicates groups;
  /// How many of these groups, at the front, a user has listed: their frames hold no others.
  std::size_t listed = 0;
  /// For each group, or as many as there are: how much of the stream, from its first byte on,
  /// should lie in one frame, in bytes; 0 where that does not matter.
  std::vector<std::uint32_t> together;
};

}  // namespace zvfs
