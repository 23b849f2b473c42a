#pragma once

#include <cstdint>
#include <string>
#include <string_view>

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

enum class AclUse : std::uint8_t { kAccess, kDefault };

/// The reverse: the extended attribute that a text in an archive stands for; empty when an access
/// list says no more than permission bits do (user, group and other). An id is a number, the number
/// that follows the permissions, or a name, which is looked up in this system's database.
/// Errors: InvalidArgument (no such text), NotFound (a name that this system does not know).
Result<ByteVector> acl_xattr(std::string_view text, AclUse use);

/// The permission bits (0777) of a file with that access ACL, an extended attribute as acl_xattr()
/// makes it: for the group they are those of the mask, as the kernel shows them.
std::uint16_t acl_permissions(ByteSpan xattr);

}  // namespace zvfs
