// Any bytes as a seek table: what parses must encode to the same bytes.
#include <cstdlib>

#include "format/seek_table.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const zvfs::ByteSpan bytes = std::as_bytes(std::span(data, size));
  const auto entries = zvfs::parse_seek_table(bytes);
  if (entries && !std::ranges::equal(zvfs::encode_seek_table(*entries), bytes)) std::abort();
  return 0;
}
