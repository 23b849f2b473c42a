#include "zvfs/diff/open_comparable_tree.h"

#include <filesystem>

#include "zvfs/diff/directory_tree.h"
#include "zvfs/diff/image_tree.h"

namespace zvfs {

bool is_directory_tree(const std::string& path) {
  std::error_code ignored;
  return std::filesystem::is_directory(path, ignored);
}

Result<std::unique_ptr<ComparableTree>> open_comparable_tree(const std::string& path,
                                                             const TreeWarning& warning,
                                                             const TrustOptions& trust) {
  if (is_directory_tree(path)) return open_directory_tree(path, warning);
  return open_image_tree(path, trust);
}

}  // namespace zvfs
