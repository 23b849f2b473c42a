#pragma once

#include "base/result.h"
#include "format/xattr_set.h"

struct archive_entry;

namespace zvfs {

/// Whether the set has a POSIX access ACL.
bool has_access_acl(const XattrSet& xattrs);

/// Compares the extended attributes and POSIX ACLs of a tar member, as libarchive gives them, with
/// those in the index. Attributes may be missing from the member where they would exceed the 1 MiB
/// that readers of tar archives accept.
/// Errors: Corrupt (the message says what differs).
Result<void> compare_attributes(archive_entry* entry, const XattrSet& xattrs);

}  // namespace zvfs
