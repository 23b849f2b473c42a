#pragma once

#include <cstdint>
#include <limits>
#include <string_view>

#include "base/result.h"

namespace zvfs {

/// Bytes [offset, offset + length) of a file, which may end sooner.
struct ByteRange {
  std::uint64_t offset = 0;
  std::uint64_t length = std::numeric_limits<std::uint64_t>::max();
  bool operator==(const ByteRange&) const = default;
};

/// Parses "OFF:LEN", each as parse_size() takes them; no LEN, or no ":LEN", means to the end.
/// Errors: InvalidArgument.
Result<ByteRange> parse_byte_range(std::string_view text);

}  // namespace zvfs
