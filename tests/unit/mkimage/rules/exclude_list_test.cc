#include "mkimage/rules/exclude_list.h"

#include <initializer_list>

#include <gtest/gtest.h>

namespace zvfs {
namespace {

using Type = ExcludeList::EntryType;

ExcludeList list_of(std::initializer_list<std::string_view> patterns) {
  ExcludeList list;
  for (const std::string_view pattern : patterns) {
    const auto added = list.add(pattern);
    EXPECT_TRUE(added) << added.error().message;
  }
  return list;
}

bool excludes(std::initializer_list<std::string_view> patterns, std::string_view path,
              Type type = Type::kOther) {
  return list_of(patterns).excludes(path, type);
}

TEST(ExcludeList, NamesMatchAtAnyDepth) {
  EXPECT_TRUE(excludes({"*.o"}, "a.o"));
  EXPECT_TRUE(excludes({"*.o"}, "x/y/a.o"));
  EXPECT_FALSE(excludes({"*.o"}, "x.o/y"));
  EXPECT_FALSE(excludes({"a"}, "ab"));
}

TEST(ExcludeList, ASlashTiesAPatternToTheRoot) {
  EXPECT_TRUE(excludes({"/build"}, "build"));
  EXPECT_FALSE(excludes({"/build"}, "x/build"));
  EXPECT_TRUE(excludes({"a/b"}, "a/b"));
  EXPECT_FALSE(excludes({"a/b"}, "x/a/b"));
  EXPECT_FALSE(excludes({"a/*"}, "a/b/c"));
}

TEST(ExcludeList, ASlashAtTheEndMeansDirectories) {
  EXPECT_TRUE(excludes({"cache/"}, "x/cache", Type::kDirectory));
  EXPECT_FALSE(excludes({"cache/"}, "x/cache"));
  EXPECT_FALSE(excludes({"/cache/"}, "x/cache", Type::kDirectory));
}

TEST(ExcludeList, TwoStarsAreAnyDirectories) {
  EXPECT_TRUE(excludes({"**/x/y"}, "x/y"));
  EXPECT_TRUE(excludes({"**/x/y"}, "a/b/x/y"));
  EXPECT_TRUE(excludes({"a/**/z"}, "a/z"));
  EXPECT_TRUE(excludes({"a/**/z"}, "a/b/c/z"));
  EXPECT_TRUE(excludes({"a/**/b/**/z"}, "a/b/x/b/z"));
  EXPECT_FALSE(excludes({"a/**/z"}, "b/z"));
  EXPECT_TRUE(excludes({"a/**"}, "a/b"));
  EXPECT_FALSE(excludes({"a/**"}, "a", Type::kDirectory));
}

TEST(ExcludeList, TheLastMatchDecides) {
  EXPECT_FALSE(excludes({"*.o", "!keep.o"}, "keep.o"));
  EXPECT_TRUE(excludes({"!keep.o", "*.o"}, "keep.o"));
  EXPECT_FALSE(excludes({"!x"}, "x"));
}

TEST(ExcludeList, BackslashesQuote) {
  EXPECT_TRUE(excludes({"\\!x"}, "!x"));
  EXPECT_TRUE(excludes({"\\*"}, "*"));
  EXPECT_FALSE(excludes({"\\*"}, "x"));
}

TEST(ExcludeList, ReadsFiles) {
  ExcludeList list;
  ASSERT_TRUE(list.add_lines("# comment\n\n*.o  \r\n\\#x\nspace\\ \n!/a.o"));
  EXPECT_TRUE(list.excludes("b/a.o", Type::kOther));
  EXPECT_FALSE(list.excludes("a.o", Type::kOther));
  EXPECT_TRUE(list.excludes("#x", Type::kOther));
  EXPECT_TRUE(list.excludes("space ", Type::kOther));
  EXPECT_FALSE(list.excludes("# comment", Type::kOther));
}

TEST(ExcludeList, RefusesPatternsThatNameNothing) {
  for (const char* pattern : {"", "/", "!", "!/", ".", "a/../b", ".."}) {
    EXPECT_FALSE(ExcludeList().add(pattern)) << pattern;
  }
  const auto added = ExcludeList().add_lines("a\n\n!\n");
  ASSERT_FALSE(added);
  EXPECT_EQ(added.error().message.find("line 3: "), 0U) << added.error().message;
}

TEST(ExcludeList, TakesBoundedTimeForManyStars) {
  std::string pattern;
  std::string path;
  for (int i = 0; i < 200; ++i) {
    pattern += "**/a/";
    path += "a/";
  }
  EXPECT_FALSE(excludes({pattern + "b"}, path + "c"));
}

}  // namespace
}  // namespace zvfs
