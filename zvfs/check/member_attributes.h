#pragma once

#include "base/result.h"
#include "format/xattr_set.h"

struct archive_entry;

namespace zvfs {

/// True if the set has a POSIX access ACL.
bool has_access_acl(const XattrSet& xattrs);

/// Compares the extended attributes and POSIX ACLs of a tar member, as libarchive returns them,
/// with those in the index. The member may lack attributes that would exceed the 1 MiB that readers
/// of tar archives accept.
/// Errors: Corrupt (the message says what differs).
Result<void> compare_attributes(archive_entry* entry, const XattrSet& xattrs);

}  // namespace zvfs
