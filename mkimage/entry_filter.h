#pragma once

#include <string>
#include <string_view>

#include "mkimage/entry_rules.h"
#include "mkimage/tar_entry.h"

namespace zvfs {

/// Applies the rules for entries to the members of an archive, which come in any order and with
/// names of any form. Not thread-safe.
class EntryFilter {
 public:
  /// Borrows the rules.
  explicit EntryFilter(const EntryRules& rules) : rules_(rules) {}

  /// False when the member is left out: it, or a directory that it lies in, is excluded. Otherwise
  /// changes what the rules say of its metadata.
  bool apply(TarEntry& entry);

 private:
  [[nodiscard]] bool excludes(std::string_view path, bool is_directory);

  const EntryRules& rules_;
  std::string path_;
};

}  // namespace zvfs
