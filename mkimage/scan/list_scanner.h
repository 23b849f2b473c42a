#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/warnings.h"
#include "mkimage/report/progress.h"
#include "mkimage/rules/entry_rules.h"
#include "mkimage/scan/scanner.h"
#include "mkimage/scan/source_list.h"
#include "tree/tree.h"

namespace zvfs {

/// Scans the files and directories of a list, and the directories that lead to them, instead of one
/// directory. Reports the list's own warnings, and each listed path that is missing. Otherwise like
/// Scanner. Not thread-safe; use once.
class ListScanner {
 public:
  /// Borrows all but `excluded`.
  ListScanner(const SourceList& list, const EntryRules& rules, ExcludedFiles excluded, Tree& tree,
              Warnings& warnings, Progress& progress);

  /// Errors: Io (the list's root cannot be read), TooLarge (more files than the format can hold).
  Result<void> scan();

 private:
  using Directory = SourceList::Directory;

  // A directory that was added, but whose entries were not yet.
  struct Added {
    InodeNumber number;
    const Directory* listed;  // the entries to add; null for all
  };

  Result<void> scan_root();
  void make_up_root();
  void date_made_up_root();
  Result<void> scan_list(InodeNumber number, const Directory& list);
  Result<std::vector<Added>> add_entries(InodeNumber number, const Directory& list);
  Result<std::optional<Added>> add_listed(Scanner::Entry entry, const std::string& place,
                                          const Directory& below);
  Result<std::optional<Added>> add_on_the_way(Scanner::Entry entry, const Directory& list);
  Result<std::optional<InodeNumber>> add(Scanner::Entry& entry);
  void report_lost(const std::string& path, const Directory& list, const Error& error);

  const SourceList& list_;
  const EntryRules& rules_;
  Tree& tree_;
  Warnings& warnings_;
  Progress& progress_;
  Scanner scanner_;
};

}  // namespace zvfs
