#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "mkimage/rules/exclude_list.h"

namespace zvfs {

/// Asks an ExcludeList about whole paths, which come in any order and may be of hostile length:
/// looks at each name of a path once, and not again at those of the directory that was asked for
/// last. Not thread-safe.
class ExcludedPaths {
 public:
  /// Borrows the list.
  explicit ExcludedPaths(const ExcludeList& list) : list_(list) {}

  /// Whether the entry with that path, or a directory above it, is left out. The path may have any
  /// form, as in an archive: "./a//b/". The root never is.
  [[nodiscard]] bool contains(std::string_view path, ExcludeList::EntryType type);

  /// How many names contains() has looked at so far.
  [[nodiscard]] std::uint64_t names() const { return names_; }

 private:
  void enter(std::string_view directory);
  [[nodiscard]] bool step(std::string_view name, ExcludeList::EntryType type);

  const ExcludeList& list_;
  bool is_begun_ = false;
  std::string directory_;              // that was entered last
  bool is_left_out_ = false;           // it is
  ExcludeList::Progress progress_;     // behind its names, unless it is left out
  ExcludeList::Progress behind_name_;  // and one more
  std::uint64_t names_ = 0;
};

}  // namespace zvfs
