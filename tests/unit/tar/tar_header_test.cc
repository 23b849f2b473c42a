#include "tar/tar_header.h"

#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tar/tar_member.h"

namespace zvfs {
namespace {

std::string header_of(const TarMember& member) {
  ByteVector bytes;
  append_tar_header(member, bytes);
  EXPECT_EQ(bytes.size(), tar_header_size(member));
  EXPECT_EQ(bytes.size() % kTarBlockSize, 0U);
  return std::string(as_text(bytes));
}

std::string field(const std::string& block, std::size_t offset, std::size_t size) {
  const std::string text = block.substr(offset, size);
  return text.substr(0, text.find('\0'));
}

TEST(TarHeader, IsOneBlockForAPlainFile) {
  TarMember member;
  member.path = "dir/file";
  member.metadata.permissions = 04755;
  member.size = 1000;
  const std::string bytes = header_of(member);
  ASSERT_EQ(bytes.size(), 512U);
  EXPECT_EQ(field(bytes, 0, 100), "dir/file");
  EXPECT_EQ(field(bytes, 100, 8), "0004755");
  EXPECT_EQ(field(bytes, 124, 12), "00000001750");
  EXPECT_EQ(bytes[156], '0');
}

TEST(TarHeader, HasAPaxHeaderBeforeItWhereUstarCannotSayIt) {
  TarMember member;
  member.path = "file";
  member.metadata.mtime.seconds = 1'700'000'000;
  member.metadata.mtime.nanoseconds = 5;
  const std::string bytes = header_of(member);
  ASSERT_EQ(bytes.size(), 3 * 512U);
  EXPECT_EQ(field(bytes, 0, 100), "././@PaxHeader");
  EXPECT_EQ(bytes[156], 'x');
  EXPECT_EQ(field(bytes, 124, 12), "00000000036");
  EXPECT_EQ(field(bytes, 512, 512), "30 mtime=1700000000.000000005\n");
  EXPECT_EQ(field(bytes, 1024, 100), "file");
  EXPECT_EQ(field(bytes, 1024 + 136, 12), "14524770400");  // for readers without pax
}

TEST(TarHeader, PutsTheNearestInPlaceOfWhatDoesNotFit) {
  TarMember member;
  member.type = TarMember::Type::kDirectory;
  const std::string path = "d/" + std::string(200, 'x') + "/";
  member.path = path;
  member.metadata.uid = 3'000'000;
  member.metadata.mtime.seconds = -5;
  const std::string bytes = header_of(member);
  const std::string block = bytes.substr(bytes.size() - 512);
  EXPECT_EQ(field(block, 0, 100), std::string(100, 'x'));  // no slash that would mislead
  EXPECT_EQ(field(block, 108, 8), "0000000");
  EXPECT_EQ(field(block, 136, 12), "00000000000");
  EXPECT_EQ(block[156], '5');
}

TEST(TarHeader, NamesLinks) {
  TarMember member;
  member.type = TarMember::Type::kHardLink;
  member.path = "b";
  member.link_path = "a";
  const std::string bytes = header_of(member);
  EXPECT_EQ(bytes[156], '1');
  EXPECT_EQ(field(bytes, 157, 100), "a");
  EXPECT_EQ(field(bytes, 124, 12), "00000000000");
}

TEST(TarHeader, HasTheMapOfASparseFileAfterIt) {
  const std::vector<ExtentRecord> extents = {{4096, 10, 0, 0}, {65536, 5000, 0, 0}};
  TarMember member;
  member.path = "dir/sparse";
  member.size = 5010;
  member.sparse = true;
  member.real_size = 1 << 20;
  member.extents = extents;
  const std::string bytes = header_of(member);
  ASSERT_EQ(bytes.size(), 4 * 512U);  // pax header and body, ustar header, map
  EXPECT_EQ(field(bytes, 1024, 100), "GNUSparseFile.0/sparse");
  EXPECT_EQ(field(bytes, 1024 + 124, 12), "00000012622");  // 5010 + 512
  EXPECT_EQ(tar_data_size(member), 5522U);
  // GNU tar marks a hole at the end with an empty run.
  EXPECT_EQ(field(bytes, 1536, 512), "3\n4096\n10\n65536\n5000\n1048576\n0\n");
}

TEST(TarHeader, MapsAFileWithoutData) {
  TarMember member;
  member.path = "hole";
  member.sparse = true;
  member.real_size = 5;
  const std::string bytes = header_of(member);
  EXPECT_EQ(field(bytes, 1536, 512), "1\n5\n0\n");
}

TEST(TarHeader, MapsDataUpToTheEnd) {
  const ExtentRecord extent{4096, 4096, 0, 0};
  TarMember member;
  member.path = "hole-first";
  member.sparse = true;
  member.real_size = 8192;
  member.size = 4096;
  member.extents = {&extent, 1};
  EXPECT_EQ(field(header_of(member), 1536, 512), "1\n4096\n4096\n");
}

TEST(TarHeader, KeepsItsSizeInStepWithLargeMaps) {
  std::vector<ExtentRecord> extents;
  for (std::uint64_t i = 0; i < 10'000; ++i) extents.push_back({i * 8192, 4096, 0, 0});
  TarMember member;
  member.path = "many-holes";
  member.sparse = true;
  member.size = extents.size() * 4096;
  member.real_size = extents.size() * 8192;
  member.extents = extents;
  EXPECT_GT(header_of(member).size(), 100'000U);
}

}  // namespace
}  // namespace zvfs
