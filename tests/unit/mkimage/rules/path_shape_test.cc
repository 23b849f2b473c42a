#include "mkimage/rules/path_shape.h"

#include <string>

#include <gtest/gtest.h>

namespace zvfs {
namespace {

std::string placed(std::uint32_t count, std::string_view prefix, std::string_view path) {
  PathShape shape;
  shape.strip_components = count;
  if (!prefix.empty()) {
    const auto set = shape.set_prefix(prefix);
    EXPECT_TRUE(set);
  }
  return shape.place(path).value_or("<nothing>");
}

// What GNU tar 1.34 extracts these as.
TEST(PathShape, StripsAsTarDoes) {
  EXPECT_EQ(placed(0, "", "./a/b"), "./a/b");
  EXPECT_EQ(placed(1, "", "a/b/c"), "b/c");
  EXPECT_EQ(placed(2, "", "a/b/c"), "c");
  EXPECT_EQ(placed(3, "", "a/b/c"), "<nothing>");
  EXPECT_EQ(placed(1, "", "a/"), "<nothing>");
  EXPECT_EQ(placed(1, "", "a/b/"), "b/");
  EXPECT_EQ(placed(1, "", "./a"), "a");
  EXPECT_EQ(placed(1, "", "./"), "<nothing>");
  EXPECT_EQ(placed(1, "", "/a/b"), "b");
  EXPECT_EQ(placed(1, "", "a//b"), "b");
  EXPECT_EQ(placed(4294967295, "", "a/b"), "<nothing>");
}

TEST(PathShape, PlacesBelowThePrefix) {
  EXPECT_EQ(placed(0, "usr/share", "a/b"), "usr/share/a/b");
  EXPECT_EQ(placed(0, "./usr//share/", "/a"), "usr/share/a");
  EXPECT_EQ(placed(0, "/usr", "a"), "usr/a");  // absolute is from the image's root
  EXPECT_EQ(placed(0, "usr", "./"), "usr");
  EXPECT_EQ(placed(0, "usr", "./a/"), "usr/a");
  EXPECT_EQ(placed(1, "usr", "a/b"), "usr/b");
  EXPECT_EQ(placed(1, "usr", "a"), "<nothing>");
  EXPECT_EQ(placed(0, "usr", "../a"), "usr/../a");  // which is refused where it is read
}

TEST(PathShape, RefusesWhatIsNoDirectoryOfAnImage) {
  for (const std::string& prefix :
       {std::string(), std::string("."), std::string("/"), std::string(".."), std::string("a/../b"),
        std::string(256, 'a'), std::string(5000, '/'), std::string("a/") + std::string(256, 'b')}) {
    PathShape shape;
    const auto set = shape.set_prefix(prefix);
    ASSERT_FALSE(set) << prefix;
    EXPECT_EQ(set.error().code, ErrorCode::kInvalidArgument);
    EXPECT_LT(set.error().message.size(), 200U);
    EXPECT_TRUE(shape.empty());
  }
  PathShape shape;
  EXPECT_TRUE(shape.set_prefix(std::string(255, 'a')));
}

}  // namespace
}  // namespace zvfs
