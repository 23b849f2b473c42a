#pragma once

#include <cstdint>
#include <functional>
#include <string_view>
#include <unordered_set>

#include "base/result.h"
#include "format/image.h"

namespace zvfs {

/// Calls `missing`, in path order, with each path of the image whose path_key() (see
/// stream_salvage.h) is not in `present`; the root is "". Errors: Corrupt, Io (the root).
Result<void> find_missing_names(const Image& image,
                                const std::unordered_set<std::uint64_t>& present,
                                const std::function<void(std::string_view path)>& missing);

}  // namespace zvfs
