// Any bytes as index tables, in an image whose checksums are right: so the fuzzer gets past them
// and reaches every check of inodes, dentries, extents, frames and xattrs. The input is a list of
// ImagePatches.
#include "tests/support/image_patches.h"
#include "tests/support/image_walk.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  constexpr std::size_t kMaxPatches = 64;
  zvfs::ByteReader reader(std::as_bytes(std::span(data, size)));
  const zvfs::testing::ImagePatches patches(reader, kMaxPatches);
  zvfs::testing::ImageForge forge;
  patches.add_to(forge);
  static_cast<void>(zvfs::testing::open_and_walk(forge.build()));
  return 0;
}
