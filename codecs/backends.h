#pragma once

#include <string>
#include <utility>
#include <vector>

namespace zvfs {

/// What codes frames on this machine, for people and for statistics: the name and version of each
/// library, with the code path that it takes if it has several; and "simd", with the backend of our
/// own kernels.
std::vector<std::pair<std::string, std::string>> codec_backends();

}  // namespace zvfs
