#include "format/xattr_scan.h"

#include <cstring>
#include <random>

#include <gtest/gtest.h>

#include "format/image.h"
#include "format/xattr_set.h"
#include "tests/support/image_forge.h"

namespace zvfs {
namespace {

using testing::ImageForge;

// An image in which /dir/deep has `set`, said to have `count` attributes.
std::unique_ptr<Image> open_with(ByteVector set, std::uint32_t count) {
  ImageForge forge;
  forge.xattr_sets = {{0, static_cast<std::uint32_t>(set.size()), count}};
  forge.xattr_data = std::move(set);
  return Image::open(std::make_unique<MemorySource>(forge.build()), {}).value();
}

constexpr InodeNumber kDeep{7};

ByteVector made_value(std::size_t size) { return testing::random_bytes(size, 1); }

TEST(XattrScan, FindsEachAttributeOfALargeSet) {
  std::vector<Xattr> xattrs;
  for (std::size_t i = 0; i < 200; ++i) {
    xattrs.push_back({fmt::format("user.{:03}", i), made_value(i * 300)});
  }
  const XattrSet set(xattrs);
  const auto image = open_with(set.encode(), 200);
  const Inode deep = image->inode(kDeep).value();
  EXPECT_EQ(image->xattr_names(deep).value(), set.names());
  for (const Xattr& xattr : xattrs) EXPECT_EQ(image->xattr(deep, xattr.name).value(), xattr.value);
  EXPECT_EQ(image->xattr(deep, "user.").error().code, ErrorCode::kNotFound);
}

// Whatever is wrong with a set, it is refused as it is when it is read as a whole.
TEST(XattrScan, RefusesWhatParseRefuses) {
  const XattrSet good({{"user.a", made_value(3)}, {"user.long", made_value(40)}, {"user.z", {}}});
  int refused = 0;
  for (unsigned seed = 0; seed < 400; ++seed) {
    std::mt19937 generator(seed);
    ByteVector bytes = good.encode();
    std::uint32_t count = 3;
    if (seed % 4 == 0) count = static_cast<std::uint32_t>(generator() % 6);
    if (seed % 4 == 1) bytes.resize(generator() % bytes.size());
    if (seed % 4 == 2) bytes.resize(bytes.size() + generator() % 9);
    if (seed % 4 == 3) bytes[generator() % bytes.size()] ^= std::byte{1} << generator() % 8;
    const auto parsed = XattrSet::parse(bytes, count);
    const auto image = open_with(bytes, count);
    const Inode deep = image->inode(kDeep).value();
    const auto names = image->xattr_names(deep);
    ASSERT_EQ(names.has_value(), parsed.has_value()) << seed;
    if (parsed) {
      EXPECT_EQ(*names, parsed->names()) << seed;
    } else {
      ++refused;
      EXPECT_EQ(names.error().message, parsed.error().message) << seed;
      EXPECT_EQ(image->xattr(deep, "user.a").error().message, parsed.error().message) << seed;
    }
  }
  EXPECT_GT(refused, 200);
}

}  // namespace
}  // namespace zvfs
