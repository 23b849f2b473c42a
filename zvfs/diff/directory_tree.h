#pragma once

#include <memory>
#include <string>

#include "base/result.h"
#include "zvfs/diff/comparable_tree.h"

namespace zvfs {

/// A directory as one of the trees of a diff. It is scanned now, as by mkimage; contents are read
/// on demand. Errors: Io, TooLarge.
Result<std::unique_ptr<ComparableTree>> open_directory_tree(const std::string& path,
                                                            const TreeWarning& warning);

}  // namespace zvfs
