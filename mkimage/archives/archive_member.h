#pragma once

#include "base/result.h"
#include "tar/tar_entry.h"

struct archive_entry;

namespace zvfs {

/// What libarchive says of a member, as a tar's entry. Its data is yet to come: `data_size` is its
/// size, and the entry is not sparse.
/// Errors: InvalidArgument (a member that cannot be taken: the message says why).
Result<TarEntry> tar_entry_of(archive_entry* member);

}  // namespace zvfs
