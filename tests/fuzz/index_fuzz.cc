// Any bytes as index tables, in an image whose checksums are right: so the fuzzer gets past them
// and reaches every check of inodes, dentries, extents, frames and xattrs. The input is a list of
// ImagePatches. Where an image can be verified against its own root, that changes nothing: a frame
// is either refused, or decoded as without.
#include <algorithm>
#include <cstdlib>

#include "tests/support/image_patches.h"
#include "tests/support/image_walk.h"
#include "tests/support/verified_open.h"

namespace {

using namespace zvfs;

Result<FramePtr> data_frame(const Image& image, std::uint32_t number) {
  const ImageTables& raw = image.raw();
  IndexReader::Cursor cursor(raw.index());
  const DataFrame frame = ZVFS_TRY(raw.frame_table().frame(cursor, {number}));
  return raw.frames().read({FrameKey::Space::kData, number}, FrameClass::kPacked, frame.location);
}

void compare(const Image& verified, const ByteVector& bytes) {
  const auto image = Image::open(std::make_unique<MemorySource>(bytes), {});
  if (!image) std::abort();
  for (std::uint32_t number = 0; number < verified.header().frame_count; ++number) {
    const auto frame = data_frame(verified, number);
    if (!frame) continue;
    const auto same = data_frame(**image, number);
    if (!same || !std::ranges::equal((*frame)->bytes(), (*same)->bytes())) std::abort();
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  constexpr std::size_t kMaxPatches = 64;
  ByteReader reader(std::as_bytes(std::span(data, size)));
  const testing::ImagePatches patches(reader, kMaxPatches);
  testing::ImageForge forge;
  patches.add_to(forge);
  const ByteVector bytes = forge.build();
  static_cast<void>(testing::open_and_walk(bytes));
  if (const auto image = testing::open_with_own_root(bytes)) {
    static_cast<void>(testing::walk_image(**image));
    compare(**image, bytes);
  }
  return 0;
}
