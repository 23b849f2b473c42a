#pragma once

#include <cstdint>
#include <functional>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "format/image.h"
#include "zvfs/check/data_check.h"

namespace zvfs {

/// Calls `found` in path order with the path of each file that has data in `lost`, and of each
/// entry that cannot be read because the index is damaged. Lists a hard-linked file by all its
/// names.
/// Errors: Corrupt, Io (the root).
Result<void> list_damaged_files(const Image& image, const std::vector<LostRun>& lost,
                                const std::function<void(std::string_view path)>& found);

}  // namespace zvfs
