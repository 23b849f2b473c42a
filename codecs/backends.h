#pragma once

#include <string>
#include <utility>
#include <vector>

namespace zvfs {

/// What frames are coded with on this machine, for people and for statistics: for each library
/// its name and version, with the code path that it takes where it has several; and "simd", with
/// the backend of our own kernels.
std::vector<std::pair<std::string, std::string>> codec_backends();

}  // namespace zvfs
