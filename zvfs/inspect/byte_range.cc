#include "zvfs/inspect/byte_range.h"

#include "base/units.h"

namespace zvfs {

Result<ByteRange> parse_byte_range(std::string_view text) {
  ByteRange range;
  const std::size_t colon = text.find(':');
  range.offset = ZVFS_TRY(parse_size(text.substr(0, colon)));
  if (colon == std::string_view::npos || colon + 1 == text.size()) return range;
  range.length = ZVFS_TRY(parse_size(text.substr(colon + 1)));
  return range;
}

}  // namespace zvfs
