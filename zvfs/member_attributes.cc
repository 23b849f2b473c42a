#include "zvfs/member_attributes.h"

#include <algorithm>
#include <compare>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <archive_entry.h>

#include "base/bytes.h"

namespace zvfs {
namespace {

constexpr std::string_view kAccessAcl = "system.posix_acl_access";
constexpr std::string_view kDefaultAcl = "system.posix_acl_default";

bool is_acl(std::string_view name) { return name == kAccessAcl || name == kDefaultAcl; }

const Xattr* find(const XattrSet& xattrs, std::string_view name) {
  const auto found = std::ranges::find(xattrs.xattrs(), name, &Xattr::name);
  return found == xattrs.xattrs().end() ? nullptr : &*found;
}

// An entry of an ACL, with the tags of linux/posix_acl.h.
struct AclEntry {
  std::uint16_t tag = 0;
  std::uint16_t permissions = 0;
  std::uint32_t id = 0;
  auto operator<=>(const AclEntry&) const = default;
};
constexpr std::uint32_t kNoId = 0xFFFFFFFF;

// As the kernel writes it: linux/posix_acl_xattr.h.
std::vector<AclEntry> parse_acl(ByteSpan bytes) {
  ByteReader reader(bytes);
  reader.u32();  // version
  std::vector<AclEntry> acl;
  while (reader.remaining() > 0) {
    AclEntry entry;
    entry.tag = reader.u16();
    entry.permissions = reader.u16();
    entry.id = reader.u32();
    acl.push_back(entry);
  }
  std::ranges::sort(acl);
  return acl;
}

std::uint16_t tag_of(int archive_tag) {
  switch (archive_tag) {
    case ARCHIVE_ENTRY_ACL_USER_OBJ:
      return 0x01;
    case ARCHIVE_ENTRY_ACL_USER:
      return 0x02;
    case ARCHIVE_ENTRY_ACL_GROUP_OBJ:
      return 0x04;
    case ARCHIVE_ENTRY_ACL_GROUP:
      return 0x08;
    case ARCHIVE_ENTRY_ACL_MASK:
      return 0x10;
    default:
      return 0x20;  // other
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
                   has_id ? static_cast<std::uint32_t>(id) : kNoId});
  }
  std::ranges::sort(acl);
  return acl;
}

Result<void> compare_acl(archive_entry* member, int type, const XattrSet& xattrs,
                         std::string_view name) {
  const Xattr* const expected = find(xattrs, name);
  const std::vector<AclEntry> acl = member_acl(member, type);
  if (expected == nullptr ? acl.empty() : acl == parse_acl(expected->value)) return {};
  return fail(ErrorCode::kCorrupt, "attribute {} differs", name);
}

// Undoes GNU tar's coding of "=" and "%" in the names of attributes.
std::string decoded_name(std::string_view text) {
  std::string name;
  while (!text.empty()) {
    const bool is_equals = text.starts_with("%3D");
    const bool is_coded = is_equals || text.starts_with("%25");
    name += is_equals ? '=' : text.front();
    text.remove_prefix(is_coded ? 3 : 1);
  }
  return name;
}

// The archive's attributes, each compared; returns how many there are.
Result<std::size_t> compare_given(archive_entry* member, const XattrSet& xattrs) {
  std::size_t count = 0;
  ::archive_entry_xattr_reset(member);
  const char* coded_name = nullptr;
  const void* value = nullptr;
  std::size_t size = 0;
  while (::archive_entry_xattr_next(member, &coded_name, &value, &size) == 0) {
    const std::string name = decoded_name(coded_name);
    const Xattr* const expected = find(xattrs, name);
    if (expected == nullptr) return fail(ErrorCode::kCorrupt, "attribute {} is new", name);
    const ByteSpan bytes(static_cast<const std::byte*>(value), size);
    if (!std::ranges::equal(bytes, expected->value)) {
      return fail(ErrorCode::kCorrupt, "attribute {} differs", name);
    }
    ++count;
  }
  return count;
}

// Whether a set may be too large for the headers of a member: a record's overhead is below 64.
bool may_exceed_pax(const XattrSet& xattrs) {
  constexpr std::size_t kMaxPaxSize = std::size_t{1} << 20;
  constexpr std::size_t kOtherRecords = 64 << 10;  // names, of up to 64 KiB
  std::size_t size = kOtherRecords;
  for (const Xattr& xattr : xattrs.xattrs()) size += xattr.name.size() + xattr.value.size() + 64;
  return size > kMaxPaxSize;
}

}  // namespace

bool has_access_acl(const XattrSet& xattrs) { return find(xattrs, kAccessAcl) != nullptr; }

Result<void> compare_attributes(archive_entry* entry, const XattrSet& xattrs) {
  const std::size_t given = ZVFS_TRY(compare_given(entry, xattrs));
  const auto acls =
      static_cast<std::size_t>(std::ranges::count_if(xattrs.xattrs(), is_acl, &Xattr::name));
  if (given + acls < xattrs.xattrs().size() && !may_exceed_pax(xattrs)) {
    return fail(ErrorCode::kCorrupt, "{} attributes, where the index has {}", given,
                xattrs.xattrs().size() - acls);
  }
  ZVFS_TRY(compare_acl(entry, ARCHIVE_ENTRY_ACL_TYPE_ACCESS, xattrs, kAccessAcl));
  return compare_acl(entry, ARCHIVE_ENTRY_ACL_TYPE_DEFAULT, xattrs, kDefaultAcl);
}

}  // namespace zvfs
