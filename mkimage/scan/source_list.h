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

/// Files and directories to pack, of several places on disk, and where in the image they go. Not
/// thread-safe.
class SourceList {
 public:
  /// What is done with a listed directory.
  enum class Recursion : std::uint8_t { kInto, kNone };

  /// A directory of the image on the way to what is listed.
  struct Directory {
    std::string place;  ///< Its path on disk; empty when it has none, and its metadata is made up.
    std::map<std::string, Directory> directories;
    /// What is listed in it: by name, the path of the directory on disk that it lies in.
    std::map<std::string, std::string> entries;
  };

  /// Adds a file or directory that goes to the image's root under its own name.
  /// Errors: InvalidArgument (a path without a name, or whose name is taken).
  Result<void> add_source(std::string_view path);

  /// Adds a file or directory that goes where its path says, from the working directory or the
  /// root; "." is the working directory. The same may be added twice. A path that cannot be one in
  /// an image (empty, too long, with ".." or a zero byte) becomes a warning.
  void add_path(std::string_view path);

  /// Adds the paths in a text, each of which ends in `separator`, but for the last, which need not.
  /// An empty line is no path.
  void add_paths(std::string_view text, char separator);

  /// Where a symlink is listed, and also something below it, it stays a symlink, and what is below
  /// it goes to where it leads in the image, as when tar extracts that. If it leads out of the
  /// image, that has a directory in its place, and there is a warning. Looks at the disk; to be
  /// called when all paths were added.
  void follow_listed_symlinks();

  [[nodiscard]] const Directory& root() const { return root_; }

  /// What is wrong with paths that were added, for a scan to report.
  [[nodiscard]] std::span<const Warning> warnings() const { return warnings_; }

  /// Whether all of the root is packed: its directory is listed itself, and recursed into.
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
