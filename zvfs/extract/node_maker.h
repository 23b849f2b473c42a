// Makes files by name in an open directory, replacing existing ones on request. None of these
// functions follows a symlink or opens anything that it did not make itself.
#pragma once

#include <string>
#include <sys/types.h>

#include "base/result.h"
#include "base/unique_fd.h"
#include "zvfs/extract/extract_options.h"

namespace zvfs {

/// Where to make a file. Borrows the name.
struct NodePlace {
  int directory_fd;
  const std::string& name;
  ExtractOptions::Existing existing;
};

// Errors of all: InvalidArgument (exists and is not to be replaced), Unsupported (the user or the
// filesystem may not create such a file), Io. An existing directory is replaced only if it is
// empty.

/// Makes a regular file of mode `mode`, open for writing.
Result<UniqueFd> make_file(const NodePlace& place, mode_t mode);
Result<void> make_symlink(const NodePlace& place, const std::string& target);
/// Makes a device, fifo or socket; `mode` includes the type.
Result<void> make_special(const NodePlace& place, mode_t mode, dev_t device);
/// Makes another name for `name` in the open directory `directory_fd`.
Result<void> make_link(const NodePlace& place, int directory_fd, const std::string& name);

/// Removes a file, or an empty directory. Errors: Io.
Result<void> remove_node(int directory_fd, const std::string& name);

/// The error for a file that exists and is not to be replaced.
[[nodiscard]] Unexpected fail_existing();

}  // namespace zvfs
