#include "zvfs/check/foreign_stream_check.h"

#include <gtest/gtest.h>

#include "tests/support/tar_image.h"
#include "zvfs/check/stream_check.h"

namespace zvfs {
namespace {

using testing::MadeTar;
using testing::TarImage;

using Problems = std::vector<std::string>;

Problems problems_of(TarImage& parts, const ByteVector& trailer = {}) {
  parts.forge.on_header = [](IndexHeader& header) { header.compat = IndexHeader::kForeignStream; };
  parts.forge.inode(1).nlink = 3;
  parts.forge.inode(2).nlink = 2;
  const auto image = parts.open(trailer);
  Problems problems;
  ProblemLog log([&](std::string_view message) { problems.emplace_back(message); });
  check_stream({.image = image->raw(), .problems = log}, *image);
  return problems;
}

Problems differs(std::string_view what) { return {fmt::format("tar stream: {}", what)}; }

// The usual archive up to its end mark, so that a test can add members.
TarImage without_end() {
  TarImage parts;
  parts.tar.bytes.resize(parts.tar.bytes.size() - 1024);
  return parts;
}

TEST(ForeignStreamCheck, FindsNothingInASoundImage) {
  TarImage parts;
  EXPECT_EQ(problems_of(parts), Problems());
}

TEST(ForeignStreamCheck, ComparesEveryAttribute) {
  const auto changed = [](const std::function<void(InodeRecord&)>& change) {
    TarImage parts;
    change(parts.forge.inode(3));
    return problems_of(parts);
  };
  EXPECT_EQ(changed([](InodeRecord& file) { file.mtime_seconds = 98; }),
            differs("hard: mtime 99, but the index has 98"));
  EXPECT_EQ(changed([](InodeRecord& file) { file.mtime_nanoseconds = 1; }),
            differs("hard: mtime nanoseconds 0, but the index has 1"));
  EXPECT_EQ(changed([](InodeRecord& file) { file.uid = 6; }),
            differs("hard: uid 7, but the index has 6"));
  EXPECT_EQ(changed([](InodeRecord& file) { file.gid = 6; }),
            differs("hard: gid 8, but the index has 6"));
  EXPECT_EQ(changed([](InodeRecord& file) { file.mode = 0100644; }),
            differs("hard: mode 100640, but the index has 100644"));
  EXPECT_EQ(changed([](InodeRecord& file) { file.size = file.allocated = 599; }),
            differs("hard: size 600, but the index has 599"));
  EXPECT_EQ(changed([](InodeRecord& file) { file.nlink = 3; }),
            differs("hard: links: 2, but the index has 3"));
  EXPECT_EQ(changed([](InodeRecord& file) { file.mode = 0010640; }),
            differs("hard: mode 100000, but the index has 10000"));
}

TEST(ForeignStreamCheck, ComparesSymlinks) {
  TarImage parts;
  parts.forge.inode(4).data = parts.forge.add_string("dir/else");
  EXPECT_EQ(problems_of(parts), differs("link: symlink to dir/file, but the index has dir/else"));
}

TEST(ForeignStreamCheck, ComparesHardLinks) {
  TarImage parts;
  InodeRecord copy = parts.forge.inode(3);
  parts.forge.inodes.push_back(copy);
  parts.forge.dentries.at(1).inode = 5;
  EXPECT_EQ(problems_of(parts), differs("dir/file: hard link to inode 5, but the index has 3"));
}

TEST(ForeignStreamCheck, ComparesAttributeSets) {
  TarImage parts = without_end();
  parts.tar.extended('x', MadeTar::record("SCHILY.xattr.user.a", "1"));
  parts.file_member("x", "");
  parts.tar.end();
  parts.add_inode(0100640, 0, 0);
  parts.forge.dentries.insert(parts.forge.dentries.begin() + 3,
                              {parts.forge.add_string("x"), 5, 1, FileType::kRegular});
  parts.forge.inode(1).count = 4;
  parts.forge.inode(2).data = 4;
  EXPECT_EQ(problems_of(parts), differs("x: extended attributes: 1, but the index has 0"));

  const auto set = [&](std::string_view value) {
    parts.forge.xattr_data =
        XattrSet({{"user.a", ByteVector(as_bytes(value).begin(), as_bytes(value).end())}}).encode();
    parts.forge.xattr_sets = {{0, static_cast<std::uint32_t>(parts.forge.xattr_data.size()), 1}};
    parts.forge.inode(5).xattr_set = 1;
  };
  set("2");
  EXPECT_EQ(problems_of(parts), differs("x: attribute user.a differs"));
  set("1");
  EXPECT_EQ(problems_of(parts), Problems());
}

TEST(ForeignStreamCheck, FindsNamesOnOneSideOnly) {
  TarImage parts = without_end();
  parts.directory("a/");
  parts.directory("z/");
  parts.tar.end();
  EXPECT_EQ(problems_of(parts),
            (Problems{"tar stream: a: not in the index", "tar stream: z: not in the index"}));

  TarImage fewer;
  fewer.clear_tar();
  fewer.directory("dir/");
  fewer.file_member("dir/file", TarImage::content());
  fewer.tar.end();
  fewer.forge.inode(3).nlink = 1;
  EXPECT_EQ(problems_of(fewer), (Problems{"tar stream: hard (inode 3) has no member",
                                          "tar stream: link (inode 4) has no member"}));
}

TEST(ForeignStreamCheck, WantsNoMemberForSockets) {
  TarImage parts;
  parts.turn_link_into_socket();
  EXPECT_EQ(problems_of(parts), Problems());
}

TEST(ForeignStreamCheck, LetsAMadeUpDirectoryBeAnyones) {
  TarImage parts;
  parts.clear_tar();
  parts.tar.bytes.append(512, '\0');  // so that the data stays at its place
  parts.file_member("dir/file", TarImage::content());
  parts.hard_link("hard", "dir/file");
  parts.symlink("link", "dir/file");
  parts.tar.end();
  parts.forge.inode(1).uid = 1;
  parts.forge.inode(2).mode = 0040700;
  EXPECT_EQ(problems_of(parts), Problems());
  parts.clear_tar();
  parts.directory("dir/");
  parts.file_member("dir/file", TarImage::content());
  parts.hard_link("hard", "dir/file");
  parts.symlink("link", "dir/file");
  parts.tar.end();
  EXPECT_EQ(problems_of(parts), differs("dir: mode 40755, but the index has 40700"));
}

TEST(ForeignStreamCheck, ComparesContentThatLiesElsewhere) {
  TarImage parts = without_end();
  parts.file_member("dir/file", TarImage::content());  // a copy, which counts
  parts.hard_link("hard", "dir/file");
  parts.tar.end();
  EXPECT_EQ(problems_of(parts), Problems());

  TarImage other = without_end();
  other.file_member("dir/file", std::string(TarImage::kSize, 'z'));
  other.hard_link("hard", "dir/file");
  other.tar.end();
  EXPECT_EQ(problems_of(other), differs("hard: content differs within 600 bytes at 0"));
}

TEST(ForeignStreamCheck, ComparesHolesWithZeros) {
  const auto sparse = [](std::string_view map) {
    TarImage parts;
    parts.clear_tar();
    parts.directory("dir/");
    parts.tar.extended(
        'x', MadeTar::record("GNU.sparse.size", "600") + MadeTar::record("GNU.sparse.map", map));
    parts.file_member("dir/file", "data");
    parts.hard_link("hard", "dir/file");
    parts.symlink("link", "dir/file");
    parts.tar.end();
    return parts;
  };
  TarImage holes = sparse("100,4");
  holes.forge.extents = {{100, 4, 2048, 0}};
  InodeRecord& file = holes.forge.inode(3);
  file.flags = InodeRecord::kExtentList;
  file.data = 0;
  file.count = 1;
  file.allocated = 4;
  EXPECT_EQ(problems_of(holes), Problems());
  holes.forge.extents = {{101, 4, 2048, 0}};
  EXPECT_EQ(problems_of(holes), differs("hard: content differs within 1 bytes at 100"));
  holes.forge.extents = {{100, 10, 2048, 0}};  // six of padding
  file.allocated = 10;
  EXPECT_EQ(problems_of(holes), Problems());
}

TEST(ForeignStreamCheck, MindsNothingBehindTheEnd) {
  TarImage parts;
  EXPECT_EQ(problems_of(parts, testing::random_bytes(61'440, 1)), Problems());
}

TEST(ForeignStreamCheck, ReportsWhatIsNoArchive) {
  TarImage parts;
  parts.tar.bytes[0] = 'x';
  EXPECT_EQ(problems_of(parts), differs("not a tar archive"));
}

// libarchive reads each of these in another way than GNU tar and mkimage.
TEST(ForeignStreamCheck, ReadsAsMkimageDoes) {
  TarImage parts;
  parts.clear_tar();
  parts.directory("dir/");
  parts.tar.extended('g', MadeTar::record("path", "dir/file"));
  parts.file_member("raw", TarImage::content());
  parts.tar.extended('g', MadeTar::record("path", ""));
  parts.tar.extended('L', "other");
  parts.tar.extended('x', MadeTar::record("path", "hard") + std::string(8, '\0'));
  parts.hard_link("raw", "dir/file");
  parts.tar.extended('x', MadeTar::record("size", "5"));
  parts.symlink("link", "dir/file");
  parts.tar.end();
  parts.forge.inode(3).data = 2048;
  EXPECT_EQ(problems_of(parts), Problems());
}

}  // namespace
}  // namespace zvfs
