#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/path_pattern.h"
#include "base/result.h"

namespace zvfs {

/// Which entries of a source are left out: an ordered list of patterns as in gitignore(5). The last
/// one that matches decides.
///
///     name     any entry of that name, at any depth
///     a/b, /a  the entry with that path from the root of the source
///     name/    directories only
///     !name    not left out after all
///     *?[]\    as in matches_glob(); `**` is any number of directories
///
/// Everything below a directory that is left out is left out, too. Thread-safe once complete.
class ExcludeList {
 public:
  enum class EntryType : std::uint8_t { kDirectory, kOther };

  /// Adds a pattern. Errors: InvalidArgument (an empty one, or "..").
  Result<void> add(std::string_view pattern);

  /// Adds the lines of a file: one pattern each, except empty lines and those that begin with `#`.
  /// Spaces at the end of a line count only after a backslash.
  /// Errors: as add(), with the number of the line.
  Result<void> add_lines(std::string_view text);

  /// Whether the entry `path` ("a/b", from the root of the source) is itself left out. Ask for a
  /// directory before its contents, and not for the contents of one that is left out. The root
  /// never is.
  [[nodiscard]] bool excludes(std::string_view path, EntryType type) const;

  /// How far each pattern matches behind some names of a path. Belongs to a complete list.
  using Progress = std::vector<std::uint8_t>;

  /// That of the root.
  [[nodiscard]] Progress start() const;

  /// As above, but for the entry `name` of the directory that `directory` is the progress of. Sets
  /// `entry` to its own.
  [[nodiscard]] bool excludes(const Progress& directory, std::string_view name, EntryType type,
                              Progress& entry) const;

  /// When true, excludes() is false for every entry.
  [[nodiscard]] bool empty() const { return rules_.empty(); }

 private:
  struct Rule {
    PathPattern pattern;
    bool negated;
    bool directories_only;
  };
  std::vector<Rule> rules_;
};

}  // namespace zvfs
