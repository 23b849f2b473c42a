#include "zvfs/diff/open_comparable_tree.h"

#include <filesystem>

#include "zvfs/diff/directory_tree.h"
#include "zvfs/diff/image_tree.h"

namespace zvfs {

Result<std::unique_ptr<ComparableTree>> open_comparable_tree(const std::string& path,
                                                             const TreeWarning& warning) {
  std::error_code ignored;
  if (std::filesystem::is_directory(path, ignored)) return open_directory_tree(path, warning);
  return open_image_tree(path);
}

}  // namespace zvfs
