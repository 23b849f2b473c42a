#include "zvfs/check/stream_check.h"

#include <gtest/gtest.h>

#include "tests/support/tar_image.h"

namespace zvfs {
namespace {

using testing::TarImage;

using Problems = std::vector<std::string>;

Problems problems_of(TarImage& parts, const ByteVector& trailer = {}) {
  const auto image = parts.open(trailer);
  Problems problems;
  ProblemLog log([&](std::string_view message) { problems.emplace_back(message); });
  const CheckContext context{.image = image->raw(), .problems = log};
  check_stream(context, *image);
  return problems;
}

TEST(StreamCheck, FindsNothingInASoundImage) {
  TarImage parts;
  EXPECT_EQ(problems_of(parts), Problems());
}

TEST(StreamCheck, SaysWhichMemberDiffersAndWhereItIs) {
  TarImage parts;
  parts.forge.inode(3).mtime_seconds = 98;
  EXPECT_EQ(problems_of(parts),
            Problems{"tar stream: dir/file (at 512): mtime 99, but the index has 98"});
}

TEST(StreamCheck, FindsMembersThatTheIndexLacks) {
  TarImage parts;
  parts.clear_tar();
  parts.directory("other/");
  parts.file_member("dir/file", TarImage::content());
  parts.directory("dir/");
  parts.hard_link("hard", "dir/file");
  parts.symlink("link", "dir/file");
  parts.tar.end();
  EXPECT_EQ(problems_of(parts), Problems{"tar stream: other/ (at 0): not in the index"});
}

TEST(StreamCheck, FindsNamesWithoutAMember) {
  TarImage parts;
  parts.clear_tar();
  parts.directory("dir/");
  parts.file_member("dir/file", TarImage::content());
  parts.tar.end();
  EXPECT_EQ(problems_of(parts), (Problems{"tar stream: dentry 1 (inode 3, 'hard') has no member",
                                          "tar stream: dentry 2 (inode 4, 'link') has no member"}));
}

TEST(StreamCheck, WantsNoMemberForSockets) {
  TarImage parts;
  parts.turn_link_into_socket();
  EXPECT_EQ(problems_of(parts), Problems());
}

TEST(StreamCheck, WantsDirectories) {
  TarImage parts;
  parts.clear_tar();
  parts.directory("./");
  parts.file_member("dir/file", TarImage::content());
  parts.hard_link("hard", "dir/file");
  parts.symlink("link", "dir/file");
  parts.tar.end();
  parts.forge.inode(1).mode = 0040755;
  EXPECT_EQ(problems_of(parts), Problems{"tar stream: dentry 0 (inode 2, 'dir') has no member"});
}

TEST(StreamCheck, CountsTheLastMemberOfAName) {
  for (const bool last_is_right : {false, true}) {
    TarImage parts;
    parts.clear_tar();
    parts.directory("dir/");
    // The data that the index means is that at 1024.
    parts.file_member("dir/file", TarImage::content());
    if (!last_is_right) parts.file_member("dir/file", std::string(TarImage::kSize, 'z'));
    if (last_is_right) {
      parts.file_member("dir/file", std::string(TarImage::kSize, 'z'));
      parts.file_member("dir/file", TarImage::content());
    }
    parts.hard_link("hard", "dir/file");
    parts.symlink("link", "dir/file");
    parts.tar.end();
    const Problems problems = problems_of(parts);
    if (last_is_right) {
      EXPECT_EQ(problems, Problems());
    } else {
      EXPECT_EQ(problems,
                Problems{"tar stream: dir/file (at 2048): content differs within 600 bytes at 0"});
    }
  }
}

TEST(StreamCheck, LetsNoMemberReplaceADirectory) {
  TarImage parts;
  parts.tar.bytes.resize(parts.tar.bytes.size() - 1024);
  parts.symlink("dir", "elsewhere");
  parts.tar.end();
  EXPECT_EQ(problems_of(parts),
            Problems{"tar stream: dir (at 3072): mode 120777, but the index has 40755"});
}

TEST(StreamCheck, WantsNothingBehindTheEndOfOurArchives) {
  TarImage parts;
  EXPECT_EQ(problems_of(parts, ByteVector(61'440)), Problems());
  const ByteVector trailer = testing::random_bytes(61'440, 1);
  const Problems problems = problems_of(parts, trailer);
  ASSERT_EQ(problems.size(), 1U);
  EXPECT_EQ(problems[0].find("tar stream: "), 0U) << problems[0];  // and what libarchive says
}

TEST(StreamCheck, CountsProgressByMembers) {
  TarImage parts;
  const auto image = parts.open();
  ProblemLog log([](std::string_view) {});
  CheckProgress progress;
  check_stream({.image = image->raw(), .problems = log, .progress = &progress}, *image);
  EXPECT_EQ(progress.bytes_done, 2560U);  // where the last member begins
}

}  // namespace
}  // namespace zvfs
