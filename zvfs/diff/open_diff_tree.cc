#include "zvfs/diff/open_diff_tree.h"

#include <filesystem>

#include "zvfs/diff/directory_diff_tree.h"
#include "zvfs/diff/image_diff_tree.h"

namespace zvfs {

Result<std::unique_ptr<DiffTree>> open_diff_tree(const std::string& path,
                                                 const DiffTrouble& trouble) {
  std::error_code ignored;
  if (std::filesystem::is_directory(path, ignored)) return open_directory_tree(path, trouble);
  return open_image_tree(path);
}

}  // namespace zvfs
