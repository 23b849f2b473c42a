#include "zvfs/diff/difference.h"

#include <gtest/gtest.h>

namespace zvfs {
namespace {

using Change = Difference::Change;

Difference make(Change change, std::uint16_t mode, std::string_view path = "dir/name") {
  InodeRecord inode;
  inode.mode = mode;
  return {path, change, inode};
}

// What rsync(1), "--itemize-changes", says of YXcstpoguax.
TEST(Difference, HasRsyncsLettersForTypes) {
  EXPECT_EQ(itemized(make(Change::kAdded, 0100644)), ">f+++++++++ dir/name");
  EXPECT_EQ(itemized(make(Change::kAdded, 0040755)), "cd+++++++++ dir/name/");
  EXPECT_EQ(itemized(make(Change::kAdded, 0120777)), "cL+++++++++ dir/name");
  EXPECT_EQ(itemized(make(Change::kAdded, 0020644)), "cD+++++++++ dir/name");
  EXPECT_EQ(itemized(make(Change::kAdded, 0060644)), "cD+++++++++ dir/name");
  EXPECT_EQ(itemized(make(Change::kAdded, 0010644)), "cS+++++++++ dir/name");
  EXPECT_EQ(itemized(make(Change::kAdded, 0140644)), "cS+++++++++ dir/name");
}

TEST(Difference, HasRsyncsLetterForEachAttribute) {
  const struct {
    bool Difference::*flag;
    std::string_view line;
    std::string_view name;
  } cases[] = {
      {&Difference::content, ">fc........ dir/name", "content"},
      {&Difference::size, ".f.s....... dir/name", "size"},
      {&Difference::mtime, ".f..t...... dir/name", "mtime"},
      {&Difference::mode, ".f...p..... dir/name", "mode"},
      {&Difference::owner, ".f....o.... dir/name", "owner"},
      {&Difference::group, ".f.....g... dir/name", "group"},
      {&Difference::acl, ".f.......a. dir/name", "acl"},
      {&Difference::xattrs, ".f........x dir/name", "xattrs"},
  };
  for (const auto& [flag, line, name] : cases) {
    Difference difference = make(Change::kChanged, 0100644);
    difference.*flag = true;
    EXPECT_EQ(itemized(difference), line);
    EXPECT_EQ(difference.has_attributes(), name != "content");
    EXPECT_NE(json_of(difference).find(fmt::format("\"differs\":[\"{}\"]", name)),
              std::string::npos)
        << json_of(difference);
  }
}

TEST(Difference, MarksWhatIsDeleted) {
  EXPECT_EQ(itemized(make(Change::kDeleted, 0100644)), "*deleting   dir/name");
  EXPECT_EQ(itemized(make(Change::kDeleted, 0040755)), "*deleting   dir/name/");
}

TEST(Difference, NamesTargets) {
  Difference symlink = make(Change::kChanged, 0120777);
  symlink.content = true;
  symlink.link_target = "to there";
  EXPECT_EQ(itemized(symlink), "cLc........ dir/name -> to there");
  Difference added = make(Change::kAdded, 0100644);
  added.is_linked = true;
  added.link_target = "first";
  EXPECT_EQ(itemized(added), "hf+++++++++ dir/name => first");
  Difference linked = make(Change::kLinked, 0100644);
  linked.is_linked = true;
  linked.link_target = "first";
  EXPECT_EQ(itemized(linked), "hf          dir/name => first");
  Difference unlinked = make(Change::kUnlinked, 0100644);
  unlinked.link_target = "first";
  EXPECT_EQ(itemized(unlinked), "cf          dir/name =/ first");
  unlinked.mode = true;
  EXPECT_EQ(itemized(unlinked), "cf...p..... dir/name =/ first");
}

TEST(Difference, IsOneLineWhateverTheNames) {
  Difference difference = make(Change::kAdded, 0120777, "two\nlines");
  difference.link_target = "a\nb";
  EXPECT_EQ(itemized(difference).find('\n'), std::string::npos);
  EXPECT_EQ(json_of(difference).find('\n'), std::string::npos);
}

TEST(Difference, ShowsTheRootAsADot) {
  Difference difference = make(Change::kChanged, 0040755, "");
  difference.mtime = true;
  EXPECT_EQ(itemized(difference), ".d..t...... ./");
}

TEST(Difference, IsAJsonObject) {
  Difference difference = make(Change::kChanged, 0100644);
  difference.content = difference.size = difference.xattrs = true;
  EXPECT_EQ(json_of(difference),
            R"({"change":"changed","path":"dir/name","type":"file","itemized":">fcs......x",)"
            R"("differs":["content","size","xattrs"]})");
  Difference link = make(Change::kUnlinked, 0120777);
  link.link_target = "first";
  EXPECT_EQ(json_of(link), R"({"change":"unlinked","path":"dir/name","type":"symlink",)"
                           R"("itemized":"cL         ","target":"first"})");
  EXPECT_EQ(
      json_of(make(Change::kDeleted, 0040755)),
      R"({"change":"deleted","path":"dir/name","type":"directory","itemized":"*deleting  "})");
}

}  // namespace
}  // namespace zvfs
