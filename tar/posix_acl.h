#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"

namespace zvfs {

// The extended attributes that hold POSIX ACLs in the kernel (linux/posix_acl_xattr.h).
inline constexpr std::string_view kAccessAclName = "system.posix_acl_access";
inline constexpr std::string_view kDefaultAclName = "system.posix_acl_default";

inline bool is_acl_name(std::string_view name) {
  return name == kAccessAclName || name == kDefaultAclName;
}

/// An entry of a POSIX ACL.
struct AclEntry {
  // The tags of linux/posix_acl.h.
  static constexpr std::uint16_t kUserObject = 0x01;
  static constexpr std::uint16_t kUser = 0x02;
  static constexpr std::uint16_t kGroupObject = 0x04;
  static constexpr std::uint16_t kGroup = 0x08;
  static constexpr std::uint16_t kMask = 0x10;
  static constexpr std::uint16_t kOther = 0x20;
  static constexpr std::uint32_t kNoId = 0xFFFFFFFF;

  std::uint16_t tag = 0;
  std::uint16_t permissions = 0;
  std::uint32_t id = kNoId;  ///< For kUser and kGroup.
  auto operator<=>(const AclEntry&) const = default;
};

/// The entries of an ACL as the kernel writes it, sorted. From other bytes, whatever can be read as
/// entries: equal bytes give equal entries.
std::vector<AclEntry> parse_acl(ByteSpan xattr);

/// Converts a POSIX ACL as the kernel writes it to the text form of tar archives, with numeric ids:
/// "user::rw-,user:1000:r--,group::r--,mask::r--,other::---".
/// Errors: InvalidArgument (not such an attribute).
Result<std::string> acl_text(ByteSpan xattr);

/// The reverse: the extended attribute that a text in an archive stands for; empty if the text is.
/// An id is a number, the number after the permissions, or a name, which is looked up in this
/// system's database.
/// Errors: InvalidArgument (not such a text, or a list that Linux refuses: posix_acl_valid() wants
/// one entry each for user, group and other, and a mask if there are others), NotFound (a name
/// unknown to this system).
Result<ByteVector> acl_xattr(std::string_view text);

/// Whether an access ACL says no more than permission bits do: user, group and other.
bool is_minimal_acl(ByteSpan xattr);

/// The permission bits (0777) of a file with that access ACL, an extended attribute made by
/// acl_xattr(). The group bits are those of the mask, as the kernel shows them.
std::uint16_t acl_permissions(ByteSpan xattr);

/// What that ACL lets the owning group do (0 to 7), which the group bits do not tell: those are the
/// mask, and may be more, for the sake of named users.
std::uint16_t acl_group_permissions(ByteSpan xattr);

}  // namespace zvfs
