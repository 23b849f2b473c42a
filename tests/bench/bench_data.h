#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"

namespace zvfs::bench {

/// The names of the kinds of data: "text" (the headers in /usr/include), "binary" (the shared
/// libraries in /usr/lib), "repeated" (one line of text repeated), "zeros" and "random".
const std::vector<std::string>& data_names();

/// Frames of `size` bytes of that data: up to 8 MiB in total, so that no decoder can learn
/// them by heart, and at least 4; all different if the data allows it. Throws std::runtime_error if
/// this machine has too little of it.
const std::vector<ByteVector>& frames_of(std::string_view data, std::size_t size);

}  // namespace zvfs::bench
