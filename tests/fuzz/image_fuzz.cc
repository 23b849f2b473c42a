// Any bytes as a file that ends in an image: opened, and all of it read.
#include "tests/support/image_walk.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const zvfs::ByteSpan bytes = std::as_bytes(std::span(data, size));
  static_cast<void>(zvfs::testing::open_and_walk({bytes.begin(), bytes.end()}));
  return 0;
}
