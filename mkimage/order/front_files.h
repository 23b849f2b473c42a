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
  /// The files that have copies, each with its copies.
  explicit FrontFiles(Duplicates copies) : groups(std::move(copies)) {}

  /// In stream order: each group is a file, alone or with its copies. No file is there twice.
  Duplicates groups;
  /// How many groups at the front the user listed: their frames hold no other files.
  std::size_t listed = 0;
  /// For each group (or fewer): how many bytes of the stream, from the group's first byte on,
  /// should lie in one frame; 0 if that does not matter.
  std::vector<std::uint32_t> together;
};

}  // namespace zvfs
