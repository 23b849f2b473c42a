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

/// The names of a tree while they come in any order: what precedes a Tree's dentries, which are
/// sorted. A name stays, though what it names may change. Takes some 25 bytes for each name and the
/// name itself. Not thread-safe.
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

  /// Adds a name that find() does not find, of 1 to kMaxNameLength bytes.
  /// Errors: TooLarge (2^32 - 1 names or more).
  Result<Row> add(Row directory, std::string_view name, InodeNumber inode);

  [[nodiscard]] InodeNumber inode(Row row) const { return rows_[row.value].inode; }
  void set_inode(Row row, InodeNumber inode) { rows_[row.value].inode = inode; }
  [[nodiscard]] Row parent(Row row) const { return {rows_[row.value].parent}; }

  /// Whether the directory has no entries.
  [[nodiscard]] bool is_empty(Row directory) const { return !has_entries_[directory.value]; }

  /// Call once, last. Adds all names to `tree`, which has their inodes and no name yet; of its
  /// inodes it keeps those that have a name. Returns what the inodes' new numbers are, by their
  /// old ones less 1; 0 for those that are gone; or nothing when all numbers are as they were.
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
  std::vector<std::uint32_t> slots_;  // rows by hash, open addressing; 0 is none: not the root
  std::size_t slot_mask_ = 0;
  std::uint64_t key_ = 0;  // so that nobody can choose names whose hashes collide
};

}  // namespace zvfs
