// Any bytes as a file that ends in an image: opened, and all of it read; and again, verified
// against its own root.
#include "tests/support/image_walk.h"
#include "tests/support/verified_open.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const zvfs::ByteSpan input = std::as_bytes(std::span(data, size));
  const zvfs::ByteVector bytes(input.begin(), input.end());
  static_cast<void>(zvfs::testing::open_and_walk(bytes));
  if (const auto image = zvfs::testing::open_with_own_root(bytes)) {
    static_cast<void>(zvfs::testing::walk_image(**image));
  }
  return 0;
}
