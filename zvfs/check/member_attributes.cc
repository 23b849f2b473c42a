#include "zvfs/check/member_attributes.h"

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <archive_entry.h>

#include "base/bytes.h"
#include "tar/pax_records.h"
#include "tar/posix_acl.h"

namespace zvfs {
namespace {

std::uint16_t tag_of(int archive_tag) {
  switch (archive_tag) {
    case ARCHIVE_ENTRY_ACL_USER_OBJ:
      return AclEntry::kUserObject;
    case ARCHIVE_ENTRY_ACL_USER:
      return AclEntry::kUser;
    case ARCHIVE_ENTRY_ACL_GROUP_OBJ:
      return AclEntry::kGroupObject;
    case ARCHIVE_ENTRY_ACL_GROUP:
      return AclEntry::kGroup;
    case ARCHIVE_ENTRY_ACL_MASK:
      return AclEntry::kMask;
    default:
      return AclEntry::kOther;
  }
}

std::vector<AclEntry> member_acl(archive_entry* member, int type) {
  std::vector<AclEntry> acl;
  ::archive_entry_acl_reset(member, type);
  int entry_type = 0;
  int permissions = 0;
  int tag = 0;
  int id = 0;
  const char* name = nullptr;
  while (::archive_entry_acl_next(member, type, &entry_type, &permissions, &tag, &id, &name) == 0) {
    const bool has_id = tag == ARCHIVE_ENTRY_ACL_USER || tag == ARCHIVE_ENTRY_ACL_GROUP;
    acl.push_back({tag_of(tag), static_cast<std::uint16_t>(permissions & 7),
                   has_id ? static_cast<std::uint32_t>(id) : AclEntry::kNoId});
  }
  std::ranges::sort(acl);
  return acl;
}

Result<void> compare_acl(archive_entry* member, int type, const XattrSet& xattrs,
                         std::string_view name) {
  const Xattr* const expected = find_xattr(xattrs, name);
  const std::vector<AclEntry> acl = member_acl(member, type);
  if (expected == nullptr ? acl.empty() : acl == parse_acl(expected->value)) return {};
  return fail(ErrorCode::kCorrupt, "attribute {} differs", name);
}

// Compares each attribute of the archive, and returns their number.
Result<std::size_t> compare_given(archive_entry* member, const XattrSet& xattrs) {
  std::size_t count = 0;
  ::archive_entry_xattr_reset(member);
  const char* coded_name = nullptr;
  const void* value = nullptr;
  std::size_t size = 0;
  while (::archive_entry_xattr_next(member, &coded_name, &value, &size) == 0) {
    const std::string name = decoded_xattr_name(coded_name);
    const Xattr* const expected = find_xattr(xattrs, name);
    if (expected == nullptr)
      return fail(ErrorCode::kCorrupt, "attribute {} is not in the index", name);
    const ByteSpan bytes(static_cast<const std::byte*>(value), size);
    if (!std::ranges::equal(bytes, expected->value)) {
      return fail(ErrorCode::kCorrupt, "attribute {} differs", name);
    }
    ++count;
  }
  return count;
}

// True if a set may be too large for the headers of a member. A record's overhead is below 64
// bytes.
bool may_exceed_pax(const XattrSet& xattrs) {
  constexpr std::size_t kMaxPaxSize = std::size_t{1} << 20;
  constexpr std::size_t kOtherRecords = 64 << 10;  // names, of up to 64 KiB
  std::size_t size = kOtherRecords;
  for (const Xattr& xattr : xattrs.xattrs()) size += xattr.name.size() + xattr.value.size() + 64;
  return size > kMaxPaxSize;
}

}  // namespace

bool has_access_acl(const XattrSet& xattrs) {
  return find_xattr(xattrs, kAccessAclName) != nullptr;
}

Result<void> compare_attributes(archive_entry* entry, const XattrSet& xattrs) {
  const std::size_t given = ZVFS_TRY(compare_given(entry, xattrs));
  const auto acls =
      static_cast<std::size_t>(std::ranges::count_if(xattrs.xattrs(), is_acl_name, &Xattr::name));
  if (given + acls < xattrs.xattrs().size() && !may_exceed_pax(xattrs)) {
    return fail(ErrorCode::kCorrupt, "{} attributes, but the index has {}", given,
                xattrs.xattrs().size() - acls);
  }
  ZVFS_TRY(compare_acl(entry, ARCHIVE_ENTRY_ACL_TYPE_ACCESS, xattrs, kAccessAclName));
  return compare_acl(entry, ARCHIVE_ENTRY_ACL_TYPE_DEFAULT, xattrs, kDefaultAclName);
}

}  // namespace zvfs
