#include "tar/ustar_header.h"

#include <string>

#include <gtest/gtest.h>

namespace zvfs {
namespace {

std::string repeat(char c, std::size_t count) { return std::string(count, c); }

TEST(UstarName, HoldsShortPathsInTheNameAlone) {
  const std::string path = repeat('d', 49) + "/" + repeat('f', 50);
  const auto split = UstarName::split(path);
  ASSERT_TRUE(split);
  EXPECT_EQ(split->prefix, "");
  EXPECT_EQ(split->name, path);
}

TEST(UstarName, SplitsLongerPathsAtASlash) {
  const std::string path = "first/" + repeat('d', 90) + "/" + repeat('f', 9);
  const auto split = UstarName::split(path);
  ASSERT_TRUE(split);
  EXPECT_EQ(split->prefix, "first");
  EXPECT_EQ(split->name, repeat('d', 90) + "/" + repeat('f', 9));
}

TEST(UstarName, FillsBothFieldsToTheLastByte) {
  const std::string path = repeat('d', 155) + "/" + repeat('f', 100);
  const auto split = UstarName::split(path);
  ASSERT_TRUE(split);
  EXPECT_EQ(split->prefix.size(), 155U);
  EXPECT_EQ(split->name.size(), 100U);
}

TEST(UstarName, RefusesWhatDoesNotFit) {
  EXPECT_FALSE(UstarName::split(repeat('f', 101)));
  EXPECT_FALSE(UstarName::split("d/" + repeat('f', 101)));
  EXPECT_FALSE(UstarName::split(repeat('d', 156) + "/" + repeat('f', 50)));
  EXPECT_FALSE(UstarName::split(repeat('d', 100) + "/"));  // the name would be empty
}

TEST(UstarName, SplitsADirectoryBeforeItsLastSlash) {
  const std::string path = repeat('d', 100) + "/sub/";
  const auto split = UstarName::split(path);
  ASSERT_TRUE(split);
  EXPECT_EQ(split->name, "sub/");
}

// Fields at the offsets of IEEE Std 1003.1; all other bytes are zero.
std::string block(std::initializer_list<std::pair<std::size_t, std::string_view>> fields) {
  std::string bytes(512, '\0');
  for (const auto& [offset, text] : fields) bytes.replace(offset, text.size(), text);
  return bytes;
}

TEST(UstarHeader, IsTheseBytes) {
  UstarHeader header;
  header.path = {"", "dir/hello.txt"};
  header.mode = 0644;
  header.uid = 1000;
  header.gid = 100;
  header.size = 5;
  header.mtime = 1'700'000'000;
  ByteVector bytes;
  header.append_to(bytes);
  EXPECT_EQ(as_text(bytes), block({{0, "dir/hello.txt"},
                                   {100, "0000644"},
                                   {108, "0001750"},
                                   {116, "0000144"},
                                   {124, "00000000005"},
                                   {136, "14524770400"},
                                   {148, std::string_view("011712\0 ", 8)},
                                   {156, "0"},
                                   {257, std::string_view("ustar\00000", 8)},
                                   {329, "0000000"},
                                   {337, "0000000"}}));
}

TEST(UstarHeader, HasDeviceNumbers) {
  UstarHeader header;
  header.path = {"", "null"};
  header.type = '3';
  header.mode = 0666;
  header.device_major = 1;
  header.device_minor = 3;
  ByteVector bytes;
  header.append_to(bytes);
  EXPECT_EQ(as_text(bytes), block({{0, "null"},
                                   {100, "0000666"},
                                   {108, "0000000"},
                                   {116, "0000000"},
                                   {124, "00000000000"},
                                   {136, "00000000000"},
                                   {148, std::string_view("010103\0 ", 8)},
                                   {156, "3"},
                                   {257, std::string_view("ustar\00000", 8)},
                                   {329, "0000001"},
                                   {337, "0000003"}}));
}

TEST(UstarHeader, HoldsTheLargestNumbers) {
  UstarHeader header;
  const std::string prefix = repeat('p', 155);
  const std::string name = repeat('n', 100);
  header.path = {prefix, name};
  const std::string link_name = repeat('l', 100);
  header.link_name = link_name;
  header.uid = kMaxUstarId;
  header.gid = kMaxUstarId;
  header.size = kMaxUstarSize;
  header.mtime = kMaxUstarTime;
  ByteVector bytes;
  header.append_to(bytes);
  ASSERT_EQ(bytes.size(), 512U);
  EXPECT_EQ(as_text(bytes).substr(0, 100), name);
  EXPECT_EQ(as_text(bytes).substr(108, 16), std::string_view("7777777\0007777777\000", 16));
  EXPECT_EQ(as_text(bytes).substr(124, 24), std::string_view("77777777777\00077777777777\000", 24));
  EXPECT_EQ(as_text(bytes).substr(157, 100), link_name);
  EXPECT_EQ(as_text(bytes).substr(345, 155), prefix);
}

}  // namespace
}  // namespace zvfs
