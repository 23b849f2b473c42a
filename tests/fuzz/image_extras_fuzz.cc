// An image with any index as an archive for mkimage, which takes from the index what a tar has no
// room for: the image is refused, or becomes one that `zvfs check` finds clean.
// Input: bit 0, whether the tar is rewritten; bit 1, whether bytes precede the image; bit 2,
// whether there are attributes too large for a tar; then ImagePatches.
#include "mkimage/archives/image_extras.h"
#include "tests/support/archive_conversion.h"
#include "tests/support/clean_image.h"
#include "tests/support/image_patches.h"
#include "tests/support/tar_image.h"

namespace {

using namespace zvfs;
using testing::TarImage;

constexpr std::size_t kMaxPatches = 32;

// Adds what extras are: a socket, and if `are_large`, attributes that exceed a tar header.
void add_extras(bool are_large, TarImage& image) {
  constexpr std::uint32_t kSocket = 5;
  std::vector<Xattr> xattrs;
  for (char c = 'a'; c <= 'r'; ++c) {
    xattrs.push_back(
        {std::string("user.") + c, ByteVector(are_large ? XattrSet::kMaxValueSize : 2)});
  }
  const XattrSet set(std::move(xattrs));
  image.forge.xattr_data = set.encode();
  const auto size = static_cast<std::uint32_t>(image.forge.xattr_data.size());
  image.forge.xattr_sets.push_back({0, size, 18});
  image.add_inode(0140600, 0, 0).xattr_set = 1;
  image.forge.inode(3).xattr_set = 1;
  image.add_dentry("socket", kSocket, FileType::kSocket);
  // It is the second entry of /dir, behind the file.
  image.forge.inode(2).count = 2;
}

ByteVector made(bool are_large, const testing::ImagePatches& patches) {
  TarImage image;
  add_extras(are_large, image);
  image.lay_out();
  patches.add_to(image.forge);
  return image.forge.build();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  ByteReader reader(std::as_bytes(std::span(data, size)));
  const std::uint8_t bits = reader.u8();
  const testing::ImagePatches patches(reader, kMaxPatches);
  ByteVector image = made((bits & 4) != 0, patches);
  if ((bits & 2) != 0) image.insert(image.begin(), 700, std::byte{'#'});
  testing::ArchiveConversion conversion;
  if ((bits & 1) != 0) conversion.tar_bytes = TarBytes::kRewrite;
  const auto converted = conversion.run(image);
  if (converted) testing::require_clean(*converted);
  if (patches.empty() && !converted) std::abort();
  return 0;
}
