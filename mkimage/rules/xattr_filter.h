#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "format/xattr_set.h"

namespace zvfs {

/// Which extended attributes an image keeps, by their names ("user.comment"), which globs as
/// matches_glob() takes them describe. A plain value.
struct XattrFilter {
  bool none = false;                 ///< No attribute is kept.
  std::vector<std::string> include;  ///< When there are any, only what matches one is kept.
  std::vector<std::string> exclude;  ///< Of that, what matches one of these is not.

  /// Whether keeps() is true for every name.
  [[nodiscard]] bool empty() const { return !none && include.empty() && exclude.empty(); }
  [[nodiscard]] bool keeps(std::string_view name) const;
  /// The attributes of `xattrs` that are kept.
  [[nodiscard]] XattrSet apply(XattrSet xattrs) const;
};

}  // namespace zvfs
