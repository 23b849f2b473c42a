#include "mkimage/rules/xattr_filter.h"

#include <initializer_list>

#include <gtest/gtest.h>

namespace zvfs {
namespace {

TEST(XattrFilter, KeepsAllByDefault) {
  const XattrFilter filter;
  EXPECT_TRUE(filter.empty());
  EXPECT_TRUE(filter.keeps("user.a"));
}

TEST(XattrFilter, KeepsWhatIsIncludedAndNotExcluded) {
  const XattrFilter filter{.include = {"user.*", "security.capability"}, .exclude = {"*.b"}};
  EXPECT_FALSE(filter.empty());
  EXPECT_TRUE(filter.keeps("user.a.c"));
  EXPECT_TRUE(filter.keeps("security.capability"));
  EXPECT_FALSE(filter.keeps("user.b"));
  EXPECT_FALSE(filter.keeps("security.selinux"));
}

XattrSet set_of(std::initializer_list<const char*> names) {
  std::vector<Xattr> xattrs;
  for (const char* name : names) xattrs.push_back({name, {}});
  return XattrSet(std::move(xattrs));
}

TEST(XattrFilter, MayKeepNone) {
  const XattrFilter filter{.none = true, .include = {"user.*"}, .exclude = {}};
  EXPECT_FALSE(filter.keeps("user.a"));
  EXPECT_TRUE(filter.apply(set_of({"user.a"})).empty());
}

TEST(XattrFilter, AppliesToSets) {
  const XattrFilter filter{.include = {}, .exclude = {"user.b"}};
  EXPECT_EQ(filter.apply(set_of({"user.a", "user.b"})), set_of({"user.a"}));
}

}  // namespace
}  // namespace zvfs
