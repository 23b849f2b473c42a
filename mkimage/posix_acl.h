#pragma once

#include <string>

#include "base/bytes.h"
#include "base/result.h"

namespace zvfs {

inline constexpr std::string_view kAclAccessXattr = "system.posix_acl_access";
inline constexpr std::string_view kAclDefaultXattr = "system.posix_acl_default";

/// A POSIX ACL, from the form that the kernel gives it in an extended attribute
/// (linux/posix_acl_xattr.h), as the text that tar archives have, with numeric ids:
/// "user::rw-,user:1000:r--,group::r--,mask::r--,other::---".
/// Errors: InvalidArgument (not such an attribute).
Result<std::string> acl_text(ByteSpan xattr);

}  // namespace zvfs
