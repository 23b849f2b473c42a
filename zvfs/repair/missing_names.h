#pragma once

#include <cstdint>
#include <functional>
#include <string_view>
#include <unordered_set>

#include "base/result.h"
#include "format/image.h"

namespace zvfs {

/// Calls `missing` with each path of the image, in path order, whose path_key() (see
/// stream_salvage.h) is not among `present`; the root is "". Errors: Corrupt, Io (the root).
Result<void> find_missing_names(const Image& image,
                                const std::unordered_set<std::uint64_t>& present,
                                const std::function<void(std::string_view path)>& missing);

}  // namespace zvfs
