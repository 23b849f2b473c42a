#include "mkimage/rules/xattr_filter.h"

#include <algorithm>

#include "base/name_glob.h"

namespace zvfs {

bool XattrFilter::keeps(std::string_view name) const {
  const auto matches = [&](const std::string& glob) { return matches_glob(glob, name); };
  if (none || (!include.empty() && std::ranges::none_of(include, matches))) return false;
  return std::ranges::none_of(exclude, matches);
}

XattrSet XattrFilter::apply(XattrSet xattrs) const {
  if (empty()) return xattrs;
  std::vector<Xattr> kept;
  for (const Xattr& xattr : xattrs.xattrs()) {
    if (keeps(xattr.name)) kept.push_back(xattr);
  }
  return XattrSet(std::move(kept));
}

}  // namespace zvfs
