#pragma once

#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/warnings.h"
#include "mkimage/rules/entry_rules.h"
#include "tree/name_table.h"
#include "tree/tree.h"

namespace zvfs {

/// Makes the tree of an image from a scanned tree: shortens paths and places them below a
/// directory, and adds pseudo files. If several entries get the same path, the last in path order
/// counts, as when tar extracts them; directories are merged. Both trees stay in memory. Not
/// thread-safe; use once.
class TreeRewriter {
 public:
  /// Borrows rules and warnings. `scanned` must be finished.
  TreeRewriter(std::unique_ptr<const Tree> scanned, const EntryRules& rules, Warnings& warnings);

  /// The finished tree; it owns the scanned one. Definitions without effect become warnings.
  /// Errors: TooLarge.
  Result<std::unique_ptr<Tree>> shape();

 private:
  using Row = NameTable::Row;

  Result<void> copy_source();
  Result<Row> make_prefix();
  [[nodiscard]] std::vector<InodeNumber> bases() const;
  Result<void> copy_below(InodeNumber directory, Row row);
  Result<Row> add_directory(Row parent, std::string_view name, InodeNumber directory);
  Result<void> add_other(Row parent, Link link);
  Result<InodeNumber> copy_inode(Link link);
  Result<InodeRecord> copy_record(const InodeRecord& record);
  void replace_record(InodeNumber number, InodeRecord record);

  std::unique_ptr<const Tree> scanned_;
  const EntryRules& rules_;
  Warnings& warnings_;
  const Timestamp time_;  // of the source's first entry
  std::unique_ptr<Tree> tree_ = std::make_unique<Tree>();
  NameTable names_;
  std::vector<std::uint32_t> numbers_;     // new ones of files with several names; 0 for none yet
  std::vector<std::uint32_t> xattr_sets_;  // new ones, by old ones less 1; 0 for none yet
  std::uint64_t replaced_ = 0;             // number of files
};

}  // namespace zvfs
