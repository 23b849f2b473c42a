#pragma once

#include <memory>
#include <string>

#include "base/result.h"
#include "trust/root_trust.h"
#include "zvfs/diff/comparable_tree.h"

namespace zvfs {

/// The tree at `path`: an image, or a directory, which is scanned first. Entries of a directory
/// that cannot be read are left out and reported to `warning`. `trust` is for an image.
/// Errors: those of open_image(); Io, TooLarge (a directory that cannot be scanned).
Result<std::unique_ptr<ComparableTree>> open_comparable_tree(const std::string& path,
                                                             const TreeWarning& warning,
                                                             const TrustOptions& trust = {});

/// Whether open_comparable_tree() takes what is at `path` for a directory.
bool is_directory_tree(const std::string& path);

}  // namespace zvfs
