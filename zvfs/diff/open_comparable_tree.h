#pragma once

#include <memory>
#include <string>

#include "base/result.h"
#include "zvfs/diff/comparable_tree.h"

namespace zvfs {

/// The tree at `path`: an image, or a directory, which is scanned first. Entries of a directory
/// that cannot be read are left out and reported to `warning`.
/// Errors: those of open_image(); Io, TooLarge (a directory that cannot be scanned).
Result<std::unique_ptr<ComparableTree>> open_comparable_tree(const std::string& path,
                                                             const TreeWarning& warning);

}  // namespace zvfs
