#pragma once

#include "base/result.h"
#include "tar/tar_entry.h"

struct archive_entry;

namespace zvfs {

/// Converts libarchive's description of a member to a tar entry. The data comes later: `data_size`
/// is its size, and the entry is not sparse.
/// Errors: InvalidArgument (the member cannot be taken; the message says why).
Result<TarEntry> tar_entry_of(archive_entry* member);

}  // namespace zvfs
