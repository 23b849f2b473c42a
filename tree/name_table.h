#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/grow_array.h"
#include "base/result.h"
#include "format/offsets.h"
#include "tree/tree.h"

namespace zvfs {

/// The names of a tree while they come in any order, before they become the sorted dentries of a
/// Tree. A name stays, though the inode that it names may change. Takes about 25 bytes for each
/// name, plus the name itself. Not thread-safe.
class NameTable {
 public:
  /// A name's row. The root is row 0.
  struct Row {
    std::uint32_t value = 0;
    auto operator<=>(const Row&) const = default;
  };
  static constexpr Row kRoot{0};

  NameTable();

  [[nodiscard]] std::optional<Row> find(Row directory, std::string_view name) const;

  /// Adds a name of 1 to kMaxNameLength bytes. Precondition: find() does not find it.
  /// Errors: TooLarge (2^32 - 1 names or more).
  Result<Row> add(Row directory, std::string_view name, InodeNumber inode);

  [[nodiscard]] InodeNumber inode(Row row) const { return rows_[row.value].inode; }
  void set_inode(Row row, InodeNumber inode) { rows_[row.value].inode = inode; }
  [[nodiscard]] Row parent(Row row) const { return {rows_[row.value].parent}; }

  /// Whether the directory has no entries.
  [[nodiscard]] bool is_empty(Row directory) const { return !has_entries_[directory.value]; }

  /// Call once, last. Adds all names to `tree`, which has their inodes but no names yet, and drops
  /// the inodes without a name. Returns the new numbers of the inodes, by their old ones less 1,
  /// with 0 for dropped inodes; or nothing if all numbers are unchanged.
  /// Errors: those of Tree::add_entry().
  Result<std::vector<std::uint32_t>> move_to(Tree& tree);

 private:
  struct Entry {
    std::uint32_t parent;
    InodeNumber inode;
    std::uint64_t name;  // offset in the names × 256 + length
  };

  [[nodiscard]] std::string_view name_of(std::uint32_t row) const;
  [[nodiscard]] std::uint64_t hash(std::uint32_t directory, std::string_view name) const;
  void insert(std::uint32_t row);
  void grow();
  std::vector<std::uint32_t> keep_named_inodes(Tree& tree);
  Result<void> add_entries(Tree& tree) const;

  GrowArray<Entry> rows_;
  std::vector<bool> has_entries_;  // by row
  GrowArray<char> names_;
  std::vector<std::uint32_t> slots_;  // rows by hash, open addressing; 0, the root's, is none
  std::size_t slot_mask_ = 0;
  std::uint64_t key_ = 0;  // so that nobody can choose names with colliding hashes
};

}  // namespace zvfs
