#include "zvfs/walk/select_paths.h"

#include "zvfs/walk/dentry_finder.h"

namespace zvfs {

Result<Selection> select_paths(const Image& image, const std::vector<std::string>& operands) {
  DentryFinder finder(image);
  // Damage on the way is told by the walk that follows.
  return Selection::parse(operands,
                          [&](std::string_view path) { return finder.find(path).has_value(); });
}

}  // namespace zvfs
