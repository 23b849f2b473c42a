#include "mkimage/rules/pseudo_list.h"

#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace zvfs {
namespace {

using Kind = PseudoDefinition::Kind;

PseudoDefinition parsed(std::string_view text) {
  auto definition = PseudoDefinition::parse(text);
  EXPECT_TRUE(definition) << definition.error().message;
  return definition ? *definition : PseudoDefinition();
}

std::string refused(std::string_view text) {
  const auto definition = PseudoDefinition::parse(text);
  EXPECT_FALSE(definition) << text;
  return definition ? "" : definition.error().message;
}

std::string value_of(std::string_view text) {
  const ByteVector& value = parsed(text).xattr.value;
  return std::string(as_text(value));
}

TEST(PseudoDefinition, MakesEachType) {
  PseudoDefinition expected;
  expected.path = "dev";
  expected.mode = 0040755;
  expected.uid = 1;
  expected.gid = 2;
  EXPECT_EQ(parsed("/dev d 755 1 2"), expected);
  EXPECT_EQ(parsed("  dev/  d\t0755 1 2  "), expected);
  expected.mode = 0021666;
  expected.device_major = 4095;
  expected.device_minor = 1048575;
  EXPECT_EQ(parsed("dev c 1666 1 2 4095 1048575"), expected);
  expected.mode = 0061666;
  EXPECT_EQ(parsed("dev b 1666 1 2 4095 1048575"), expected);
  EXPECT_EQ(parsed("p i 600 0 0 f").mode, 0010600);
  EXPECT_EQ(parsed("p i 600 0 0 s").mode, 0140600);
  EXPECT_EQ(parsed("p s 600 0 0 to some where").mode, 0120777);
  EXPECT_EQ(parsed("p s 600 0 0 to some where").target, "to some where");
  EXPECT_EQ(parsed("/ m 700 root root").kind, Kind::kModify);
  EXPECT_EQ(parsed("/ m 700 root root").path, "");
}

TEST(PseudoDefinition, HasTimesInCapitals) {
  EXPECT_EQ(parsed("a D 100 755 0 0").mtime, (Timestamp{100, 0}));
  EXPECT_EQ(parsed("a D \"1970-01-02 00:00Z\" 755 0 0").mtime, (Timestamp{86400, 0}));
  EXPECT_EQ(parsed("a D 1970-01-02\\ 00:00Z 755 0 0").mode, 0040755);
  EXPECT_EQ(parsed("a S 1 777 0 0 target").target, "target");
  EXPECT_EQ(parsed("a C 1 666 0 0 1 3").device_minor, 3U);
  EXPECT_EQ(parsed("a M 1 666 0 0").kind, Kind::kModify);
  EXPECT_EQ(parsed("a I 1 666 0 0 f").mode, 0010666);
  EXPECT_FALSE(parsed("a d 755 0 0").mtime);
  refused("a D tomorrow 755 0 0");
}

TEST(PseudoDefinition, UnquotesNames) {
  EXPECT_EQ(parsed("\"a b\" d 755 0 0").path, "a b");
  EXPECT_EQ(parsed("a\\ b d 755 0 0").path, "a b");
  EXPECT_EQ(parsed("a\" b\"c d 755 0 0").path, "a bc");
  EXPECT_EQ(parsed("\\\"a\\\\ d 755 0 0").path, "\"a\\");
  EXPECT_EQ(parsed("a L \"b c\"").target, "b c");
  EXPECT_EQ(parsed("a l /etc/x\\ y").target, "/etc/x y");
}

TEST(PseudoDefinition, LinksToTheImageAndCopiesFromDisk) {
  EXPECT_EQ(parsed("a L /b/c").kind, Kind::kLink);
  EXPECT_EQ(parsed("a L /b/c").target, "b/c");
  EXPECT_EQ(parsed("a l /b/c").kind, Kind::kDiskFile);
  EXPECT_EQ(parsed("a l /b/c").target, "/b/c");
  EXPECT_FALSE(parsed("a l /b/c").follows_symlink);
  EXPECT_TRUE(parsed("a h /b/c").follows_symlink);
}

TEST(PseudoDefinition, DecodesAttributes) {
  EXPECT_EQ(parsed("a x user.name=value").xattr.name, "user.name");
  EXPECT_EQ(value_of("a x user.n=va lue=x"), "va lue=x");
  EXPECT_EQ(value_of("a x user.n="), "");
  EXPECT_EQ(value_of("a x user.n=0x41ff"), "A\xff");
  EXPECT_EQ(value_of("a x user.n=0sQUI="), "AB");
  EXPECT_EQ(value_of("a x user.n=0tA\\102\\\\"), "AB\\");
  EXPECT_EQ(value_of("a x user.n=0"), "0");
  EXPECT_EQ(value_of("a x user.n=0y"), "0y");
  for (const char* bad : {"user.n", "n=1", "user.=1", "system.posix_acl_access=1", "user.n=0x4",
                          "user.n=0xgg", "user.n=0s!", "user.n=0t\\9", "user.n=0t\\12"}) {
    refused(std::string("a x ") + bad);
  }
  refused("a x user." + std::string(251, 'n') + "=1");
  refused("a x user.n=" + std::string(65537, 'v'));
}

TEST(PseudoDefinition, RunsNoCommands) {
  for (const char* text : {"a f 644 0 0 date", "a F 1 644 0 0 date"}) {
    EXPECT_NE(refused(text).find("command"), std::string::npos);
  }
  EXPECT_NE(refused("a R 1 644 0 0 5 0").find("not supported"), std::string::npos);
}

TEST(PseudoDefinition, RefusesWhatItDoesNotUnderstand) {
  for (const char* text : {"",
                           " ",
                           "a",
                           "a q",
                           "a dd 755 0 0",
                           "a d",
                           "a d 755",
                           "a d 755 0",
                           "a d 8 0 0",
                           "a d 10000 0 0",
                           "a d u+w 0 0",
                           "a d 755 no-such-user 0",
                           "a d 755 0 4294967295",
                           "a d 755 0 0 more",
                           "a c 666 0 0",
                           "a c 666 0 0 1",
                           "a c 666 0 0 4096 0",
                           "a c 666 0 0 1 1048576",
                           "a i 666 0 0 x",
                           "a s 777 0 0",
                           "a L",
                           "a l",
                           "a L ../x",
                           "../a d 755 0 0",
                           "a/../b d 755 0 0",
                           "a Q 1 755 0 0"}) {
    EXPECT_LT(refused(text).size(), 200U);
  }
  refused(std::string(256, 'a') + " d 755 0 0");
  refused(std::string(3000, '/') + std::string(3000, '/') + " d 755 0 0");
  refused(std::string("a\0b d 755 0 0", 13));
  refused("a s 777 0 0 " + std::string(65536, 't'));
}

TEST(PseudoList, ReadsLines) {
  PseudoList list;
  ASSERT_TRUE(
      list.add_lines("# devices\n\n  /dev d 755 0 0\n/dev/null c 666 \\\n0 0 1 3\n"
                     "a L dev/null\n/dev x user.a=1\ndev m 700 0 0\n/dev x user.b=2"));
  ASSERT_EQ(list.made().size(), 2U);
  EXPECT_EQ(list.made().begin()->first, "dev");
  EXPECT_EQ(list.made().at("dev/null").device_minor, 3U);
  EXPECT_EQ(list.links().size(), 1U);
  EXPECT_EQ(list.repeated(), std::vector<std::string>({"dev"}));
  EXPECT_EQ(list.with_xattrs("dev", XattrSet()).xattrs().size(), 2U);
  EXPECT_EQ(list.with_xattrs("other", XattrSet()).xattrs().size(), 0U);
}

TEST(PseudoList, NamesTheLineThatItRefuses) {
  PseudoList list;
  const auto added = list.add_lines("a d 755 0 0\n# x\nb d \\\n755 0 0\nc f 644 0 0 rm -rf /\n");
  ASSERT_FALSE(added);
  EXPECT_EQ(added.error().message,
            "line 5: 'c f 644 0 0 rm -rf /': type f is not supported: no command is run");
}

TEST(PseudoList, AddsAttributesToOthers) {
  PseudoList list;
  ASSERT_TRUE(list.add("a x user.b=new"));
  const ByteVector old{std::byte{'o'}};
  const XattrSet set = list.with_xattrs("a", XattrSet({{"user.a", old}, {"user.b", old}}));
  ASSERT_EQ(set.xattrs().size(), 2U);
  EXPECT_EQ(set.xattrs()[0].value, old);
  EXPECT_EQ(as_text(set.xattrs()[1].value), "new");
}

}  // namespace
}  // namespace zvfs
