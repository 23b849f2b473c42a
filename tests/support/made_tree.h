#pragma once

#include <cstdint>
#include <string_view>
#include <utility>

#include "tree/tree.h"

namespace zvfs::testing {

/// A Tree made by hand, as a scan would: names must be added in path order of their directories.
class MadeTree {
 public:
  InodeNumber add(InodeNumber directory, std::string_view name, InodeRecord record) {
    const InodeNumber number = *tree.add_inode(record);
    link(directory, name, number);
    return number;
  }
  void link(InodeNumber directory, std::string_view name, InodeNumber number) {
    const auto added = tree.add_entry(directory, name, number);
    if (!added) std::abort();
  }
  InodeNumber file(InodeNumber directory, std::string_view name, std::uint64_t size) {
    InodeRecord record;
    record.mode = 0100644;
    record.size = size;
    record.allocated = size;
    return add(directory, name, record);
  }
  InodeNumber sparse_file(InodeNumber directory, std::string_view name, std::uint64_t size,
                          std::initializer_list<std::pair<std::uint64_t, std::uint64_t>> runs) {
    InodeRecord record;
    record.mode = 0100644;
    record.flags = InodeRecord::kExtentList;
    record.size = size;
    record.data = tree.extents().size();
    record.count = static_cast<std::uint32_t>(runs.size());
    for (const auto& [offset, length] : runs) {
      record.allocated += length;
      tree.add_extent({offset, length, 0, 0});
    }
    return add(directory, name, record);
  }
  InodeNumber of_type(InodeNumber directory, std::string_view name, std::uint16_t mode) {
    InodeRecord record;
    record.mode = mode;
    return add(directory, name, record);
  }
  InodeNumber directory(InodeNumber parent, std::string_view name) {
    return of_type(parent, name, 0040755);
  }

  Tree tree;
};

}  // namespace zvfs::testing
