#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/warnings.h"
#include "mkimage/rules/entry_rules.h"
#include "mkimage/scan/inode_reader.h"
#include "tree/name_table.h"
#include "tree/tree.h"

namespace zvfs {

/// Applies pseudo file definitions to a tree whose names are still in a NameTable. Definitions
/// without effect become warnings. Not thread-safe; use once.
class PseudoApplier {
 public:
  /// Borrows all. `time` is that of the source's first entry.
  PseudoApplier(Tree& tree, NameTable& names, const EntryRules& rules, Warnings& warnings,
                Timestamp time)
      : tree_(tree),
        names_(names),
        rules_(rules),
        warnings_(warnings),
        time_(time),
        reader_(tree, rules.xattrs) {}

  /// Errors: TooLarge.
  Result<void> apply();

 private:
  using Row = NameTable::Row;

  Result<void> make(const PseudoDefinition& definition);
  Result<InodeNumber> make_inode(const PseudoDefinition& definition);
  Result<InodeNumber> make_disk_file(const PseudoDefinition& definition);
  Result<void> link(const PseudoDefinition& definition);
  void modify(const PseudoDefinition& definition);
  void set_xattrs(const std::string& path);
  [[nodiscard]] std::optional<Row> find(std::string_view path) const;
  [[nodiscard]] Result<Row> find_parent(const std::string& path) const;
  void report(const std::string& path, Warning::Severity severity, std::string message);

  Tree& tree_;
  NameTable& names_;
  const EntryRules& rules_;
  Warnings& warnings_;
  const Timestamp time_;
  InodeReader reader_;
};

}  // namespace zvfs
