#include "tree/xattr_store.h"

#include <gtest/gtest.h>

namespace zvfs {
namespace {

XattrSet make_set(std::string name, std::size_t size) {
  return XattrSet({{std::move(name), ByteVector(size, std::byte{7})}});
}

TEST(XattrStore, SharesEqualSets) {
  XattrStore store;
  EXPECT_EQ(*store.add({}), 0U);
  EXPECT_EQ(*store.add(make_set("user.a", 3)), 1U);
  EXPECT_EQ(*store.add(make_set("user.b", 3)), 2U);
  const std::size_t size = store.data().size();
  EXPECT_EQ(*store.add(make_set("user.a", 3)), 1U);
  EXPECT_EQ(*store.add(make_set("user.b", 3)), 2U);
  EXPECT_EQ(store.data().size(), size);
  EXPECT_EQ(store.sets().size(), 2U);
}

TEST(XattrStore, GivesBackWhatWasAdded) {
  XattrStore store;
  for (std::size_t i = 0; i < 1000; ++i) {
    ASSERT_EQ(*store.add(make_set("user.x", i)), i + 1);
  }
  for (std::uint32_t i = 0; i < 1000; ++i) EXPECT_EQ(store.get(i + 1), make_set("user.x", i));
  EXPECT_TRUE(store.get(0).empty());
}

TEST(XattrStore, RefusesASetAboveTheLimit) {
  std::vector<Xattr> xattrs;
  for (std::size_t i = 0; i < 257; ++i) {
    xattrs.push_back({fmt::format("user.{}", i), ByteVector(65536)});
  }
  XattrStore store;
  const auto refused = store.add(XattrSet(std::move(xattrs)));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::kTooLarge);
  EXPECT_TRUE(store.sets().empty());
}

}  // namespace
}  // namespace zvfs
