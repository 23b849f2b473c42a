#pragma once

#include <string>

#include "base/result.h"
#include "base/unique_fd.h"

namespace zvfs {

/// What an output path leads to.
struct OutputPlace {
  UniqueFd stream;   ///< Open for writing, if it is written to as it is; otherwise:
  std::string file;  ///< The path of the file to make or to replace, which is no symlink.
};

/// Follows `path` as open(2) does, so that no symlink is ever replaced by a file. What exists and
/// is neither a file nor a directory (a pipe, a terminal, /dev/null) is a stream; so is this
/// program's own standard output or error under another name, such as /dev/stdout. Errors: Io
/// (cannot be opened; a symlink that leads nowhere).
Result<OutputPlace> find_output(const std::string& path);

}  // namespace zvfs
