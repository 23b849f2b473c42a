#pragma once

#include <cstdint>
#include <vector>

#include "base/result.h"
#include "format/records.h"

namespace zvfs {

/// The runs of data of an open file of `size` bytes, ascending, by SEEK_DATA and SEEK_HOLE; their
/// stream offsets are unset. Moves the file's offset. What the filesystem cannot tell is data.
/// Errors: Io, with errno's text as the message.
Result<std::vector<ExtentRecord>> find_data(int fd, std::uint64_t size);

}  // namespace zvfs
