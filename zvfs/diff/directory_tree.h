#pragma once

#include <memory>
#include <string>

#include "base/result.h"
#include "zvfs/diff/comparable_tree.h"

namespace zvfs {

/// A directory as one of the trees of a diff: scanned now, as mkimage does; contents are read when
/// they are asked for. Errors: Io, TooLarge.
Result<std::unique_ptr<ComparableTree>> open_directory_tree(const std::string& path,
                                                            const TreeWarning& warning);

}  // namespace zvfs
