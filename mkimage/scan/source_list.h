#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/warnings.h"

namespace zvfs {

/// Files and directories to pack, from several places on disk, and where they go in the image. Not
/// thread-safe.
class SourceList {
 public:
  /// What to do with a listed directory.
  enum class Recursion : std::uint8_t { kInto, kNone };

  /// A directory of the image that leads to listed entries.
  struct Directory {
    std::string place;  ///< Its path on disk; empty if it has none and is made up.
    std::map<std::string, Directory> directories;
    /// Its listed entries: for each name, the path on disk of the directory that has it.
    std::map<std::string, std::string> entries;
  };

  /// Adds a file or directory that goes to the image's root under its own name.
  /// Errors: InvalidArgument (the path has no name, or its name is taken).
  Result<void> add_source(std::string_view path);

  /// Adds a file or directory that keeps its path, from the working directory or the root; "." is
  /// the working directory. The same path may be added twice. A path that an image cannot have
  /// (empty, too long, with ".." or a zero byte) becomes a warning.
  void add_path(std::string_view path);

  /// Adds the paths in a text. Each ends in `separator`, except that the last need not. Empty lines
  /// are skipped.
  void add_paths(std::string_view text, char separator);

  /// Handles symlinks that are listed together with paths below them. The symlink stays, and the
  /// paths below it go to where it leads in the image, as when tar extracts them. If it leads out
  /// of the image, a directory takes its place, with a warning. Looks at the disk; call after all
  /// paths were added.
  void follow_listed_symlinks();

  [[nodiscard]] const Directory& root() const { return root_; }

  /// What is wrong with paths that were added, for a scan to report.
  [[nodiscard]] std::span<const Warning> warnings() const { return warnings_; }

  /// Whether the whole root is packed: its directory is listed itself, and recursed into.
  [[nodiscard]] bool has_whole_root() const {
    return !root_.place.empty() && recursion == Recursion::kInto;
  }

  Recursion recursion = Recursion::kInto;

 private:
  class SymlinkFollower;

  Directory& directory_at(std::span<const std::string> names, std::string place);

  Directory root_;
  std::vector<Warning> warnings_;
};

}  // namespace zvfs
