#include "tar/acl_entries.h"

#include <algorithm>

namespace zvfs {

const Xattr* find_xattr(const XattrSet& xattrs, std::string_view name) {
  const auto found = std::ranges::find(xattrs.xattrs(), name, &Xattr::name);
  return found == xattrs.xattrs().end() ? nullptr : &*found;
}

std::vector<AclEntry> parse_acl_entries(ByteSpan xattr) {
  ByteReader reader(xattr);
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

}  // namespace zvfs
