#pragma once

#include <string>

#include "base/atomic_file.h"
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
/// program's own standard output or error under another name, such as /dev/stdout. A block device
/// is a stream, too, but as precious as a file: it is written to only if `if_exists` lets it be
/// replaced, and nothing has it in use: no mount (of zvfs, too), no swap, no other program that
/// locks it, as those of systemd and util-linux do. It stays locked while it is open. Errors:
/// InvalidArgument (a block device that may not be replaced), Io (cannot be opened; in use; a
/// symlink that leads nowhere).
Result<OutputPlace> find_output(const std::string& path, IfExists if_exists);

/// Writes to disk what was written to `fd`, if it is a file or a block device: a write that fails
/// later, in the page cache, fails here. Pipes and the like have nothing to sync. Errors: those of
/// fail_errno().
Result<void> sync_output(int fd);

}  // namespace zvfs
