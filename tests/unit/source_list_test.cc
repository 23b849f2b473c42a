#include "mkimage/source_list.h"

#include <gtest/gtest.h>

namespace zvfs {
namespace {

TEST(SourceList, NamesSourcesByTheirLastComponent) {
  SourceList list;
  for (const char* path : {"a", "x/b", "y/c///", "/d", "/x/y/e"})
    EXPECT_TRUE(list.add_source(path));
  const std::map<std::string, std::string> expected = {
      {"a", "."}, {"b", "x"}, {"c", "y"}, {"d", "/"}, {"e", "/x/y"}};
  EXPECT_EQ(list.root().entries, expected);
  EXPECT_TRUE(list.root().place.empty());
}

TEST(SourceList, RefusesSourcesWithoutANameOfTheirOwn) {
  SourceList list;
  for (const char* path : {"", ".", "..", "/", "x/..", "x/."}) EXPECT_FALSE(list.add_source(path));
  EXPECT_TRUE(list.add_source("x/a"));
  EXPECT_FALSE(list.add_source("y/a"));
}

TEST(SourceList, PutsPathsWhereTheySay) {
  SourceList list;
  EXPECT_TRUE(list.add_paths("./a/b/c\na/d\n\n/etc/passwd\na/d", '\n'));
  const SourceList::Directory& a = list.root().directories.at("a");
  EXPECT_EQ(a.place, "./a");
  EXPECT_EQ(a.entries.at("d"), "./a");
  EXPECT_EQ(a.directories.at("b").entries.at("c"), "./a/b");
  EXPECT_EQ(list.root().directories.at("etc").entries.at("passwd"), "/etc");
  EXPECT_FALSE(list.has_whole_root());
}

TEST(SourceList, TakesTheWholeDirectory) {
  SourceList list;
  EXPECT_TRUE(list.add_paths(std::string_view(".\0./a\0", 6), '\0'));
  EXPECT_TRUE(list.has_whole_root());
  list.recursion = SourceList::Recursion::kNone;
  EXPECT_FALSE(list.has_whole_root());
  EXPECT_EQ(list.root().place, ".");
}

TEST(SourceList, RefusesPathsThatLeave) {
  SourceList list;
  EXPECT_FALSE(list.add_path("../a"));
  EXPECT_FALSE(list.add_path("a/../../b"));
  EXPECT_FALSE(list.add_paths(std::string_view("a\0\0b", 4), '\0'));
}

}  // namespace
}  // namespace zvfs
