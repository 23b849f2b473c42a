#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "base/result.h"

namespace zvfs {

/// Files and directories to pack, of several places on disk, and where in the image they go. A
/// plain value.
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
  /// root; "." is the working directory. The same may be added twice.
  /// Errors: InvalidArgument (an empty path, one with "..").
  Result<void> add_path(std::string_view path);

  /// Adds the paths in a text, each of which ends in `separator`, but for the last, which need not.
  /// Errors: as add_path(), with the path.
  Result<void> add_paths(std::string_view text, char separator);

  [[nodiscard]] const Directory& root() const { return root_; }

  /// Whether all of the root is packed: its directory is listed itself, and recursed into.
  [[nodiscard]] bool has_whole_root() const {
    return !root_.place.empty() && recursion == Recursion::kInto;
  }

  Recursion recursion = Recursion::kInto;

 private:
  Directory root_;
};

}  // namespace zvfs
