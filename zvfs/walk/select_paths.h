#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "format/image.h"
#include "zvfs/walk/selection.h"

namespace zvfs {

/// What the PATHs and GLOBs of a command line choose in `image`. One that exists there as it is
/// written is not taken for a glob. Errors: those of Selection::parse().
Result<Selection> select_paths(const Image& image, const std::vector<std::string>& operands);

}  // namespace zvfs
