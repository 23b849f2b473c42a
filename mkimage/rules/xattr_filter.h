#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "format/xattr_set.h"

namespace zvfs {

/// Which extended attributes an image keeps, by globs for their names ("user.comment") as in
/// matches_glob(). A plain value.
struct XattrFilter {
  bool none = false;                 ///< No attribute is kept.
  std::vector<std::string> include;  ///< If there are any, only names that match one are kept.
  std::vector<std::string> exclude;  ///< Of these names, those that match one are not kept.

  /// Whether keeps() is true for every name.
  [[nodiscard]] bool empty() const { return !none && include.empty() && exclude.empty(); }
  [[nodiscard]] bool keeps(std::string_view name) const;
  /// The attributes of `xattrs` that are kept.
  [[nodiscard]] XattrSet apply(XattrSet xattrs) const;
};

}  // namespace zvfs
