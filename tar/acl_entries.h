#pragma once

#include <compare>
#include <cstdint>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "format/xattr_set.h"

namespace zvfs {

inline constexpr std::string_view kAccessAclName = "system.posix_acl_access";
inline constexpr std::string_view kDefaultAclName = "system.posix_acl_default";

/// True for the names of the extended attributes that hold POSIX ACLs.
inline bool is_acl_name(std::string_view name) {
  return name == kAccessAclName || name == kDefaultAclName;
}

/// The attribute `name` in `xattrs`, or null.
const Xattr* find_xattr(const XattrSet& xattrs, std::string_view name);

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
  std::uint32_t id = kNoId;  ///< Of kUser and kGroup.
  auto operator<=>(const AclEntry&) const = default;
};

/// The entries of an ACL as the kernel writes it (linux/posix_acl_xattr.h), sorted. Of what is no
/// such ACL, what can be made of it: equal bytes give equal entries.
std::vector<AclEntry> parse_acl_entries(ByteSpan xattr);

}  // namespace zvfs
