#include "tar/pax_records.h"

#include <cstring>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

namespace zvfs {
namespace {

using Records = std::vector<std::pair<std::string, std::string>>;

Records records_of(const TarMember& member) {
  Records records;
  for_each_pax_record(member, [&](std::string_view key, std::string_view value) {
    records.emplace_back(key, value);
  });
  return records;
}

std::string record(std::string_view key, std::string_view value) {
  ByteVector bytes;
  append_pax_record(key, value, bytes);
  EXPECT_EQ(bytes.size(), pax_record_size(key, value));
  return std::string(as_text(bytes));
}

TEST(PaxRecord, CountsItsOwnLength) {
  EXPECT_EQ(record("a", ""), "5 a=\n");
  EXPECT_EQ(record("a", "bcd"), "8 a=bcd\n");
  EXPECT_EQ(record("a", "bcde"), "9 a=bcde\n");
  EXPECT_EQ(record("a", "bcdef"), "11 a=bcdef\n");  // 10 would be too short: it has two digits
  EXPECT_EQ(record("mtime", "1700000000.25"), "23 mtime=1700000000.25\n");
}

TEST(PaxRecord, CountsItsOwnLengthAtEachPowerOfTen) {
  for (const std::size_t size : {93U, 94U, 95U, 96U, 990U, 991U, 992U, 993U, 9990U, 9991U}) {
    const std::string text = record("k", std::string(size, 'v'));
    EXPECT_EQ(std::stoul(text), text.size());
  }
}

TEST(PaxRecords, AreNoneForWhatUstarCanSay) {
  TarMember member;
  member.path = "a/file";
  member.metadata.uid = 2'097'151;
  member.metadata.gid = 2'097'151;
  member.size = (std::uint64_t{8} << 30) - 1;
  member.metadata.mtime.seconds = (std::int64_t{1} << 33) - 1;
  EXPECT_EQ(records_of(member), Records());
}

TEST(PaxRecords, HoldLargeNumbers) {
  TarMember member;
  member.path = "a";
  member.metadata.uid = 2'097'152;
  member.metadata.gid = 4'294'967'294;
  member.size = std::uint64_t{8} << 30;
  member.metadata.mtime.seconds = std::int64_t{1} << 33;
  EXPECT_EQ(records_of(member), Records({{"uid", "2097152"},
                                         {"gid", "4294967294"},
                                         {"size", "8589934592"},
                                         {"mtime", "8589934592"}}));
}

TEST(PaxRecords, HoldTimesAsDecimalFractions) {
  const auto mtime = [](std::int64_t seconds, std::uint32_t nanoseconds) {
    TarMember member;
    member.path = "a";
    member.metadata.mtime.seconds = seconds;
    member.metadata.mtime.nanoseconds = nanoseconds;
    const Records records = records_of(member);
    return records.size() == 1 && records[0].first == "mtime" ? records[0].second : "?";
  };
  EXPECT_EQ(mtime(1'700'000'000, 123'456'789), "1700000000.123456789");
  EXPECT_EQ(mtime(1'700'000'000, 500'000'000), "1700000000.5");
  EXPECT_EQ(mtime(0, 1), "0.000000001");
  EXPECT_EQ(mtime(-1, 0), "-1");
  EXPECT_EQ(mtime(-1, 500'000'000), "-0.5");
  EXPECT_EQ(mtime(-1, 999'999'999), "-0.000000001");
  EXPECT_EQ(mtime(-86'401, 750'000'000), "-86400.25");
  EXPECT_EQ(mtime(std::numeric_limits<std::int64_t>::min(), 0), "-9223372036854775808");
}

TEST(PaxRecords, HoldNamesThatUstarCannot) {
  const std::string path(101, 'p');
  const std::string target(101, 't');
  TarMember member;
  member.type = TarMember::Type::kSymlink;
  member.path = path;
  member.link_path = target;
  EXPECT_EQ(records_of(member), Records({{"path", path}, {"linkpath", target}}));
}

TEST(PaxRecords, MarkNamesThatAreNotUtf8) {
  const std::string path = "\xff" + std::string(100, 'p');
  TarMember member;
  member.path = path;
  EXPECT_EQ(records_of(member), Records({{"hdrcharset", "BINARY"}, {"path", path}}));
  member.path = "\xff";  // ustar holds any bytes
  EXPECT_EQ(records_of(member), Records());
}

TEST(PaxRecords, MarkSparseFiles) {
  const ExtentRecord extent{4096, 10, 0, 0};
  TarMember member;
  member.path = "dir/sparse";
  member.size = 10;
  member.sparse = true;
  member.real_size = 8192;
  member.extents = {&extent, 1};
  EXPECT_EQ(records_of(member), Records({{"GNU.sparse.major", "1"},
                                         {"GNU.sparse.minor", "0"},
                                         {"GNU.sparse.name", "dir/sparse"},
                                         {"GNU.sparse.realsize", "8192"}}));
}

Xattr xattr(std::string name, std::string_view value) {
  return {std::move(name), {as_bytes(value).begin(), as_bytes(value).end()}};
}

TEST(PaxRecords, HoldExtendedAttributesWithAnyBytes) {
  const std::string_view value("a\0b=\n", 5);
  const std::vector<Xattr> xattrs = {xattr("user.a=b%", value)};
  TarMember member;
  member.path = "a";
  member.xattrs = xattrs;
  EXPECT_EQ(records_of(member), Records({{"SCHILY.xattr.user.a%3Db%25", std::string(value)}}));
}

TEST(PaxRecords, HoldAccessControlListsAsText) {
  // struct posix_acl_xattr_header and entries: user::rw-, group::r--, other::---
  constexpr std::string_view kAcl(
      "\2\0\0\0"
      "\1\0\6\0\377\377\377\377"
      "\4\0\4\0\377\377\377\377"
      "\40\0\0\0\377\377\377\377",
      28);
  const std::vector<Xattr> xattrs = {xattr("system.posix_acl_access", kAcl),
                                     xattr("system.posix_acl_default", kAcl)};
  TarMember member;
  member.path = "a";
  member.xattrs = xattrs;
  EXPECT_EQ(records_of(member),
            Records({{"SCHILY.acl.access", "user::rw-,group::r--,other::---"},
                     {"SCHILY.acl.default", "user::rw-,group::r--,other::---"}}));
}

TEST(PaxRecords, LeaveOutAttributesBeyondTheLimitOfReaders) {
  const std::vector<Xattr> xattrs = {xattr("user.large", std::string(kMaxPaxSize, 'x')),
                                     xattr("user.small", "kept")};
  TarMember member;
  member.path = "a";
  member.xattrs = xattrs;
  EXPECT_EQ(records_of(member), Records({{"SCHILY.xattr.user.small", "kept"}}));
}

}  // namespace
}  // namespace zvfs
