#pragma once

#include <memory>
#include <string>

#include "base/result.h"
#include "trust/root_trust.h"
#include "zvfs/diff/comparable_tree.h"

namespace zvfs {

/// An image as one of the trees of a diff. Errors: those of open_image().
Result<std::unique_ptr<ComparableTree>> open_image_tree(const std::string& path,
                                                        const TrustOptions& trust = {});

}  // namespace zvfs
