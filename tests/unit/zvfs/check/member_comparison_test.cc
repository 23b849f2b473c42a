#include "zvfs/check/member_comparison.h"

#include <archive_entry.h>
#include <gtest/gtest.h>

#include "tests/support/tar_image.h"
#include "zvfs/check/tar_stream.h"

namespace zvfs {
namespace {

using testing::TarImage;

// How the last member differs from what the index has for `path`; "" if it does not.
std::string difference(TarImage& parts, std::string_view path) {
  const auto image = parts.open();
  DentryFinder finder(*image);
  const auto tar =
      ArchiveReader::open(std::make_unique<TarStream>(*image, 1), ArchiveReader::Formats::kTar)
          .value();
  std::string result = "no such member";
  while (archive_entry* const entry = tar->next().value()) {
    if (::archive_entry_pathname(entry) != path) continue;
    const FoundDentry found = finder.find(path).value();
    const auto same = MemberComparison(*image, finder, *tar, found).compare(entry);
    result = same ? "" : same.error().message;
  }
  return result;
}

std::string difference_of_file(const std::function<void(InodeRecord&)>& change) {
  TarImage parts;
  change(parts.forge.inode(3));
  return difference(parts, "dir/file");
}

TEST(MemberComparison, FindsNoDifferenceInASoundImage) {
  for (const char* const path : {"dir/", "dir/file", "hard", "link"}) {
    TarImage parts;
    EXPECT_EQ(difference(parts, path), "") << path;
  }
}

TEST(MemberComparison, ComparesMetadata) {
  const struct {
    std::string_view message;
    std::function<void(InodeRecord&)> change;
  } cases[] = {
      {"mode 100640, but the index has 100644", [](auto& i) { i.mode = 0100644; }},
      {"mode 100640, but the index has 104640", [](auto& i) { i.mode = 0104640; }},
      {"uid 7, but the index has 1", [](auto& i) { i.uid = 1; }},
      {"gid 8, but the index has 4294967295", [](auto& i) { i.gid = 0xFFFF'FFFF; }},
      {"mtime 99, but the index has -1", [](auto& i) { i.mtime_seconds = -1; }},
      {"mtime nanoseconds 0, but the index has 1", [](auto& i) { i.mtime_nanoseconds = 1; }},
  };
  for (const auto& [message, change] : cases) {
    EXPECT_EQ(difference_of_file(change), message);
  }
}

// libarchive shows the owning group's bits of a file with an ACL, where st_mode has the mask's.
TEST(MemberComparison, LeavesTheGroupsBitsToTheAcl) {
  TarImage parts;
  parts.clear_tar();
  parts.tar.extended(
      'x', testing::MadeTar::record("SCHILY.acl.access",
                                    "user::rw-,user:9:rwx,group::r--,mask::rwx,other::---"));
  parts.file_member("dir/file", TarImage::content());
  parts.tar.end();
  InodeRecord& file = parts.forge.inode(3);
  file.data = 3 * 512;
  file.mode = 0100670;
  const std::string_view acl(
      "\2\0\0\0"
      "\1\0\6\0\xff\xff\xff\xff"
      "\2\0\7\0\x09\0\0\0"
      "\4\0\4\0\xff\xff\xff\xff"
      "\x10\0\7\0\xff\xff\xff\xff"
      "\x20\0\0\0\xff\xff\xff\xff",
      4 + 5 * 8);
  const ByteSpan bytes = as_bytes(acl);
  parts.forge.xattr_data =
      XattrSet({{"system.posix_acl_access", ByteVector(bytes.begin(), bytes.end())}}).encode();
  parts.forge.xattr_sets = {{0, static_cast<std::uint32_t>(parts.forge.xattr_data.size()), 1}};
  file.xattr_set = 1;
  EXPECT_EQ(difference(parts, "dir/file"), "");
  parts.forge.inode(3).mode = 0100671;
  EXPECT_EQ(difference(parts, "dir/file"), "mode 100600, but the index has 100601");
}

TEST(MemberComparison, ComparesTypes) {
  TarImage parts;
  parts.forge.inode(4).mode = 0100777;
  parts.forge.inode(4).allocated = 8;
  EXPECT_NE(difference(parts, "link").find("but the index has 100"), std::string::npos);
}

TEST(MemberComparison, ComparesSizes) {
  EXPECT_EQ(difference_of_file([](auto& i) { i.size = i.allocated = 599; }),
            "size 600, but the index has 599");
  EXPECT_EQ(difference_of_file([](auto& i) { i.size = i.allocated = 601; }),
            "size 600, but the index has 601");
}

TEST(MemberComparison, ComparesContent) {
  EXPECT_EQ(difference_of_file([](auto& i) { i.data = 1023; }),
            "content differs within 600 bytes at 0");
  EXPECT_EQ(difference_of_file([](auto& i) { i.data = 1025; }),
            "content differs within 600 bytes at 0");
}

TEST(MemberComparison, ComparesSymlinksAndHardLinks) {
  TarImage parts;
  parts.forge.strings.replace(parts.forge.inode(4).data, 8, "dir/fild");
  EXPECT_EQ(difference(parts, "link"), "symlink to dir/file, but the index has dir/fild");

  TarImage elsewhere;
  elsewhere.forge.dentries.at(1).inode = 4;
  EXPECT_EQ(difference(elsewhere, "hard"), "hard link to inode 3, but the index has 4");
  elsewhere.tar.bytes.resize(elsewhere.tar.bytes.size() - 1024);
  elsewhere.hard_link("hard", "dir/none");
  elsewhere.tar.end();
  EXPECT_EQ(difference(elsewhere, "hard"), "hard link to 'dir/none', which does not exist");
}

TEST(MemberComparison, ComparesDevices) {
  TarImage parts;
  parts.clear_tar();
  parts.tar.header("link", {.type = '3', .mode = 0600, .uid = 7, .gid = 8, .mtime = 99},
                   {{329, "0000010"}, {337, "0000021"}});
  parts.tar.end();
  InodeRecord& device = parts.forge.inode(4);
  device.mode = 0020600;
  device.size = 0;
  device.set_device(8, 17);
  EXPECT_EQ(difference(parts, "link"), "");
  parts.forge.inode(4).set_device(8, 18);
  EXPECT_EQ(difference(parts, "link"), "device 34359738385, but the index has 34359738386");
}

// --- Holes

// Makes the file one extent, the rest a hole, in the index.
void make_sparse(TarImage& parts, std::uint64_t file_offset, std::uint64_t length,
                 std::uint64_t stream_offset) {
  InodeRecord& file = parts.forge.inode(3);
  file.flags = InodeRecord::kExtentList;
  file.data = 0;
  file.count = 1;
  file.allocated = length;
  parts.forge.extents = {{file_offset, length, stream_offset, 0}};
}

TEST(MemberComparison, TakesZerosForAHole) {
  TarImage parts;
  parts.clear_tar();
  parts.file_member("dir/file", std::string(500, '\0') + std::string(100, 'x'));
  parts.tar.end();
  make_sparse(parts, 500, 100, 512 + 500);
  EXPECT_EQ(difference(parts, "dir/file"), "");
  make_sparse(parts, 501, 99, 512 + 501);
  EXPECT_NE(difference(parts, "dir/file").find("content differs"), std::string::npos);
}

// An old GNU sparse member, 100 bytes of data at 500 of 600.
void make_sparse_member(TarImage& parts) {
  parts.clear_tar();
  parts.tar.header(
      "dir/file",
      {.type = 'S', .size = 100, .mode = 0640, .uid = 7, .gid = 8, .mtime = 99, .magic = "ustar  "},
      {{386, "00000000764"}, {398, "00000000144"}, {483, "00000001130"}});
  parts.tar.data(std::string(100, 'x'));
  parts.tar.end();
}

TEST(MemberComparison, ComparesTheHolesOfTheArchive) {
  TarImage parts;
  make_sparse_member(parts);
  make_sparse(parts, 500, 100, 512);
  EXPECT_EQ(difference(parts, "dir/file"), "");
  // Zeros where the archive has a hole: the header, which is before the data, ends in some.
  make_sparse(parts, 0, 12, 512 - 12);
  parts.forge.extents.push_back({500, 100, 512, 0});
  parts.forge.inode(3).count = 2;
  EXPECT_EQ(difference(parts, "dir/file"), "");
  // Other bytes in the hole.
  parts.forge.extents.at(0) = {0, 100, 512 - 100, 0};
  EXPECT_EQ(difference(parts, "dir/file"), "content differs within 100 bytes at 0");
}

TEST(MemberComparison, ComparesTheHoleAtTheEnd) {
  TarImage parts;
  parts.clear_tar();
  parts.tar.header(
      "dir/file",
      {.type = 'S', .size = 100, .mode = 0640, .uid = 7, .gid = 8, .mtime = 99, .magic = "ustar  "},
      {{386, "00000000000"},
       {398, "00000000144"},
       {410, "00000001130"},
       {422, "00000000000"},
       {483, "00000001130"}});
  parts.tar.data(std::string(100, 'x') + std::string(50, 'y'));
  parts.tar.end();
  make_sparse(parts, 0, 100, 512);
  EXPECT_EQ(difference(parts, "dir/file"), "");
  parts.forge.extents.push_back({550, 50, 512 + 100, 0});
  parts.forge.inode(3).count = 2;
  EXPECT_EQ(difference(parts, "dir/file"), "content differs within 50 bytes at 550");
}

}  // namespace
}  // namespace zvfs
