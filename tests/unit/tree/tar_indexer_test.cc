#include "tree/tar_indexer.h"

#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tar/posix_acl.h"
#include "tests/support/made_tar.h"
#include "tree/file_locator.h"
#include "tree/tree_walk.h"

namespace zvfs {
namespace {

using testing::MadeTar;

// An archive that was indexed, its bytes fed in runs of `run` bytes.
class Indexed {
 public:
  explicit Indexed(const MadeTar& tar, std::size_t run = 512 * 7)
      : bytes_(tar.bytes),
        warnings_([this](const Warning& warning) {
          said += fmt::format("{}: {}\n", warning.path, warning.message);
        }),
        indexer_(tree, warnings_) {
    if (const auto done = feed(run); !done) error = done.error().message;
  }

  Result<void> feed(std::size_t run) {
    ByteSpan left = as_bytes(bytes_);
    while (!left.empty()) {
      ByteSpan bytes = left.first(std::min(run, left.size()));
      left = left.subspan(bytes.size());
      while (!bytes.empty()) bytes = bytes.subspan(ZVFS_TRY(indexer_.take(bytes)).size);
    }
    return indexer_.finish();
  }

  // One line for each name, in path order: path, type and content.
  [[nodiscard]] std::string text() const {
    std::string lines;
    for (const Link link : TreeWalk(tree)) {
      const InodeRecord& inode = tree.inode(tree.inode_of(link));
      if (link == kRootLink) continue;
      lines += tree.path_of(link);
      if (inode.is_directory()) lines += '/';
      if (inode.is_symlink()) lines += fmt::format(" -> {}", tree.symlink_target(inode));
      if (inode.is_regular()) lines += fmt::format(" = {}", content(inode));
      if (!inode.is_directory() && inode.nlink > 1)
        lines += fmt::format(" ({} links)", inode.nlink);
      lines += '\n';
    }
    return lines;
  }
  [[nodiscard]] std::string content(const InodeRecord& inode) const {
    if (!inode.has_extent_list()) return bytes_.substr(inode.data, inode.size);
    std::string content(inode.size, '.');
    for (const ExtentRecord& extent : tree.extents_of(inode)) {
      content.replace(extent.file_offset, extent.length,
                      bytes_.substr(extent.stream_offset, extent.length));
    }
    return content;
  }
  [[nodiscard]] const InodeRecord& inode(std::string_view path) const {
    for (const Link link : TreeWalk(tree)) {
      if (tree.path_of(link) == path) return tree.inode(tree.inode_of(link));
    }
    throw std::runtime_error("no such path");
  }
  [[nodiscard]] bool is_made_up(std::string_view path) const {
    for (const Link link : TreeWalk(tree)) {
      if (tree.path_of(link) == path) return indexer_.is_made_up(tree.inode_of(link));
    }
    throw std::runtime_error("no such path");
  }
  [[nodiscard]] std::span<const std::uint32_t> files() const { return indexer_.files(); }
  [[nodiscard]] std::uint64_t followed() const { return indexer_.followed(); }

  Tree tree;
  std::string error;
  std::string said;

 private:
  const std::string bytes_;
  Warnings warnings_;
  TarIndexer indexer_;
};

TEST(TarIndexer, ShowsMembersInAnyOrder) {
  MadeTar tar;
  tar.directory("b/");
  tar.file("b/z", "last");
  tar.file("a", "first");
  tar.file("b/c", "middle");
  tar.symlink("link", "b/z");
  tar.end();
  const Indexed indexed(tar);
  EXPECT_EQ(indexed.error + indexed.said, "");
  EXPECT_EQ(indexed.text(), "a = first\nb/\nb/c = middle\nb/z = last\nlink -> b/z\n");
}

TEST(TarIndexer, TakesTheSameFromRunsOfAnySize) {
  MadeTar tar;
  tar.extended('x', MadeTar::record("path", std::string(200, 'p') + "/" + std::string(200, 'q')) +
                        MadeTar::record("mtime", "1.5"));
  tar.file("short", std::string(3000, 'x'));
  tar.file("other", "y");
  tar.end();
  const std::string expected = Indexed(tar).text();
  for (const std::size_t run : {1U, 511U, 513U, 1U << 20}) {
    const Indexed indexed(tar, run);
    EXPECT_EQ(indexed.error + indexed.said, "");
    EXPECT_EQ(indexed.text(), expected);
  }
}

TEST(TarIndexer, MakesUpMissingParents) {
  MadeTar tar;
  tar.header("a/b/file", {.uid = 12, .gid = 34, .mtime = 56});
  tar.end();
  const Indexed indexed(tar);
  EXPECT_EQ(indexed.text(), "a/\na/b/\na/b/file = \n");
  for (const char* path : {"", "a", "a/b"}) {
    const InodeRecord& made = indexed.inode(path);
    EXPECT_EQ(made.mode, 0040755);
    EXPECT_EQ(made.uid, 12U);
    EXPECT_EQ(made.gid, 34U);
    EXPECT_EQ(made.mtime_seconds, 56);
  }
}

TEST(TarIndexer, TakesAMadeUpParentsMemberWhenItComes) {
  MadeTar tar;
  tar.file("a/file", "x");
  tar.header("a/", {.type = '5', .mode = 0700, .uid = 7});
  tar.end();
  const Indexed indexed(tar);
  EXPECT_EQ(indexed.text(), "a/\na/file = x\n");
  EXPECT_EQ(indexed.inode("a").mode, 0040700);
  EXPECT_EQ(indexed.inode("a").uid, 7U);
  EXPECT_EQ(indexed.inode("a").nlink, 2U);
}

TEST(TarIndexer, TakesTheRootsMember) {
  MadeTar tar;
  tar.header("./", {.type = '5', .mode = 0750, .uid = 9, .mtime = 1});
  tar.file("./a", "x");
  tar.file(".//./b", "y");
  tar.end();
  const Indexed indexed(tar);
  EXPECT_EQ(indexed.text(), "a = x\nb = y\n");
  EXPECT_EQ(indexed.inode("").mode, 0040750);
  EXPECT_EQ(indexed.said, "");
}

TEST(TarIndexer, LetsTheLastMemberOfANameWin) {
  MadeTar tar;
  tar.file("file", "old");
  tar.hard_link("link", "file");
  tar.file("file", "new");
  tar.directory("dir/");
  tar.file("dir/x", "x");
  tar.file("dir", "refused");
  tar.file("was-file", "1");
  tar.directory("was-file/");
  tar.file("was-file/in", "2");
  tar.end();
  const Indexed indexed(tar);
  EXPECT_EQ(indexed.text(),
            "dir/\ndir/x = x\nfile = new\nlink = old\nwas-file/\nwas-file/in = 2\n");
  EXPECT_EQ(indexed.said,
            "dir: an earlier directory of that name has entries; not shown in the image\n");
  // Those that are gone have no inode, and are no frame's file.
  EXPECT_EQ(indexed.tree.inodes().size(), 7U);
  ASSERT_EQ(indexed.files().size(), 4U);
  for (const std::uint32_t number : indexed.files()) {
    EXPECT_GT(indexed.tree.inode(InodeNumber{number}).nlink, 0U);
  }
}

// GNU tar and bsdtar: "Cannot open: File exists", and the directory stays.
TEST(TarIndexer, KeepsADirectoryThatHasEntries) {
  MadeTar tar;
  tar.file("other", "o");
  tar.file("d/x", "1");
  tar.file("d", "refused");
  tar.symlink("d", "refused");
  tar.hard_link("d", "other");
  tar.header("d", {.type = '6'});
  tar.end();
  const Indexed indexed(tar);
  EXPECT_EQ(indexed.text(), "d/\nd/x = 1\nother = o\n");
  EXPECT_EQ(std::ranges::count(indexed.said, '\n'), 4);
  EXPECT_EQ(indexed.files().size(), 2U);
}

TEST(TarIndexer, ReplacesAnEmptyDirectory) {
  MadeTar tar;
  tar.directory("a/");
  tar.file("a", "file");
  tar.directory("b/");
  tar.symlink("b", "a");
  tar.directory("c/");
  tar.hard_link("c", "a");
  tar.directory("d/");
  tar.file("d", "file");
  tar.directory("d/");
  tar.file("d/in", "2");
  tar.end();
  const Indexed indexed(tar);
  EXPECT_EQ(indexed.error + indexed.said, "");
  EXPECT_EQ(indexed.text(), "a = file (2 links)\nb -> a\nc = file (2 links)\nd/\nd/in = 2\n");
}

TEST(TarIndexer, RefusesWhatLiesBelowAFile) {
  MadeTar tar;
  tar.file("file", "1");
  tar.file("file/x", "2");
  tar.symlink("dangling", "missing");
  tar.file("dangling/x", "3");
  tar.end();
  const Indexed indexed(tar);
  EXPECT_EQ(indexed.text(), "dangling -> missing\nfile = 1\n");
  EXPECT_EQ(
      indexed.said,
      "file/x: it lies below 'file', which is not a directory; not shown in the image\n"
      "dangling/x: it lies below a symlink to 'missing', which is not a directory; not shown in "
      "the image\n");
}

// A path of `names` directories below one of its own.
std::string deep_path(std::size_t index, std::size_t names) {
  std::string path = fmt::format("{}", index);
  for (std::size_t i = 0; i < names; ++i) path += "/a";
  return path;
}

TEST(TarIndexer, BoundsTheDirectoriesThatItMakesUp) {
  const auto indexed = [](std::size_t members, std::size_t names) {
    MadeTar tar;
    for (std::size_t i = 0; i < members; ++i) {
      tar.extended('x', MadeTar::record("path", deep_path(i, names) + "/f"));
      tar.file("f", "x");
    }
    tar.end();
    return Indexed(tar).error;
  };
  EXPECT_EQ(indexed(32, 2000), "");
  EXPECT_EQ(indexed(40, 2000), "65669 directories of 33 members are missing from the archive");
  EXPECT_EQ(indexed(10000, 3), "");
}

TEST(TarIndexer, MakesUpNoDirectoriesOfPathsBeyondAllSystems) {
  MadeTar tar;
  const std::string path = deep_path(0, 2100);
  tar.extended('x', MadeTar::record("path", path + "/f"));
  tar.file("f", "x");
  for (const std::size_t end : {2001U, 3003U, 4203U}) {
    tar.extended('x', MadeTar::record("path", path.substr(0, end)));
    tar.directory("d/");
  }
  for (std::size_t end = 4005; end <= path.size(); end += 2) {
    tar.extended('x', MadeTar::record("path", path.substr(0, end)));
    tar.directory("d/");
  }
  tar.extended('x', MadeTar::record("path", path + "/f"));
  tar.file("f", "x");
  tar.end();
  const Indexed indexed(tar);
  EXPECT_EQ(indexed.error, "");
  EXPECT_EQ(std::ranges::count(indexed.said, '\n'), 2);  // the file, and the directory of 4,201
  EXPECT_EQ(indexed.inode(path + "/f").size, 1U);
}

// `members` below a symlink with a target of 3,938 bytes, each after something elsewhere.
MadeTar behind_symlink(int members, char type) {
  const std::string name_of_100(100, 'd');
  std::string target = name_of_100;
  while (target.size() < 3900) target += '/' + name_of_100;
  MadeTar tar;
  tar.extended('x', MadeTar::record("path", target + "/f"));
  tar.file("f", "");
  tar.extended('x', MadeTar::record("linkpath", target));
  tar.symlink("s", "");
  tar.directory("e/");
  for (int i = 0; i < members; ++i) {
    const std::string name = fmt::format("{}", i);
    tar.header("s/" + name, {.type = type, .link = "e/none"});
    if (type != '1') tar.header("other" + name, {.type = type, .link = "x"});
  }
  tar.end();
  return tar;
}

TEST(TarIndexer, BoundsTheWaysOfAllMembersThroughSymlinks) {
  for (const char type : {'0', '1', '2', '5'}) {
    EXPECT_EQ(Indexed(behind_symlink(4000, type)).error, "") << type;
    const std::string error = Indexed(behind_symlink(10'000, type)).error;
    EXPECT_NE(error.find("members lead through symlink targets of"), std::string::npos) << type;
  }
}

// A name that another file gets leads nowhere else.
TEST(TarIndexer, RemembersADirectoryWhenAFileInItIsReplaced) {
  MadeTar tar = behind_symlink(0, '0');
  tar.bytes.resize(tar.bytes.size() - 1024);
  for (int i = 0; i < 1000; ++i) tar.header("s/same", {});
  tar.end();
  const Indexed indexed(tar);
  EXPECT_EQ(indexed.error + indexed.said, "");
  EXPECT_EQ(indexed.followed(), 3938U);
}

TEST(TarIndexer, BoundsTheWayThroughSymlinks) {
  MadeTar tar;
  std::string way;
  for (int i = 0; i < 2000; ++i) way += "a/";
  tar.extended('x', MadeTar::record("path", way));
  tar.directory("d/");
  tar.extended('K', way);
  tar.symlink("s0", "");
  for (int i = 1; i < 30; ++i) {
    tar.extended('K', fmt::format("s{}", i - 1) + "/./././" + std::string(4000, '/'));
    tar.symlink(fmt::format("s{}", i), "");
  }
  tar.file("s5/near", "x");
  tar.file("s29/far", "x");
  tar.end();
  const Indexed indexed(tar);
  EXPECT_EQ(indexed.inode(way + "near").size, 1U);
  EXPECT_TRUE(indexed.said.starts_with("s29/far: it lies below a symlink to 's28/"))
      << indexed.said;
}

TEST(TarIndexer, CountsHardLinks) {
  MadeTar tar;
  tar.file("a", "x");
  tar.hard_link("b", "./a");
  tar.hard_link("c", "b");
  tar.hard_link("a", "a");
  tar.hard_link("d", "missing");
  tar.directory("dir");
  tar.hard_link("e", "dir");
  tar.end();
  const Indexed indexed(tar);
  EXPECT_EQ(indexed.text(), "a = x (3 links)\nb = x (3 links)\nc = x (3 links)\ndir/\n");
  EXPECT_EQ(
      indexed.said,
      "d: hard link to 'missing', which is not an earlier file of the archive; not shown in the "
      "image\n"
      "e: hard link to 'dir', which is not an earlier file of the archive; not shown in the "
      "image\n");
}

TEST(TarIndexer, SkipsTheDataOfAHardLink) {
  MadeTar tar;
  tar.file("a", "content");
  tar.header("without", {.type = '1', .link = "a", .size = 7});
  tar.header("with", {.type = '1', .link = "a", .size = 7});
  tar.data("content");
  tar.file("b", "y");
  tar.end();
  const Indexed indexed(tar);
  EXPECT_EQ(indexed.error + indexed.said, "");
  EXPECT_EQ(indexed.files().size(), 2U);
  EXPECT_EQ(
      indexed.text(),
      "a = content (3 links)\nb = y\nwith = content (3 links)\nwithout = content (3 links)\n");
}

TEST(TarIndexer, TrustsTheSizeOfAHardLinkWithAPaxHeader) {
  const std::string content = std::string(600, '\0') + "content";
  MadeTar tar;
  tar.file("a", content);
  tar.extended('x', MadeTar::record("comment", "linkdata"));
  tar.header("with", {.type = '1', .link = "a", .size = content.size()});
  tar.data(content);
  tar.file("b", "y");
  tar.end();
  const Indexed indexed(tar);
  EXPECT_EQ(indexed.error + indexed.said, "");
  EXPECT_EQ(indexed.files().size(), 2U);
  EXPECT_EQ(indexed.inode("b").size, 1U);
}

TEST(TarIndexer, FindsAHeaderWhereAPaxHeaderPromisesTheDataOfAHardLink) {
  MadeTar tar;
  tar.file("a", "content");
  tar.extended('x', MadeTar::record("comment", "no data"));
  tar.header("without", {.type = '1', .link = "a", .size = 7000});
  tar.file("b", "y");
  tar.extended('x', MadeTar::record("comment", "no data"));
  tar.header("last", {.type = '1', .link = "a", .size = 7000});
  tar.end();
  const Indexed indexed(tar);
  EXPECT_EQ(indexed.error, "");
  EXPECT_EQ(indexed.said, ".: the archive has no end mark: is it complete?\n");
  EXPECT_EQ(indexed.text(),
            "a = content (3 links)\nb = y\nlast = content (3 links)\n"
            "without = content (3 links)\n");
  tar.bytes.back() = 'x';
  EXPECT_NE(Indexed(tar).error.find("truncated"), std::string::npos);
}

TEST(TarIndexer, MakesHarmlessNames) {
  MadeTar tar;
  tar.file("/etc/passwd", "x");
  tar.file("/etc/shadow", "y");
  tar.file("../outside", "z");
  tar.file("a/../../outside", "z");
  tar.symlink("up", "../..");
  tar.file("up/outside", "z");
  tar.file("..a", "fine");
  tar.hard_link("hl", "../etc/passwd");
  tar.end();
  const Indexed indexed(tar);
  EXPECT_EQ(indexed.text(), "..a = fine\netc/\netc/passwd = x\netc/shadow = y\nup -> ../..\n");
  EXPECT_EQ(
      indexed.said,
      "/etc/passwd: the leading '/' is dropped from this and other names\n"
      "../outside: its path contains '..'; not shown in the image\n"
      "a/../../outside: its path contains '..'; not shown in the image\n"
      "up/outside: it lies below a symlink to '../..', which is not a directory; not shown in "
      "the image\n"
      "hl: its link target contains '..'; not shown in the image\n");
}

TEST(TarIndexer, FollowsSymlinksInTheTree) {
  MadeTar tar;
  tar.directory("usr/lib/");
  tar.symlink("lib", "usr/lib");
  tar.file("lib/a", "x");
  tar.symlink("loop", "loop");
  tar.file("loop/b", "y");
  tar.end();
  const Indexed indexed(tar);
  EXPECT_EQ(indexed.text(), "lib -> usr/lib\nloop -> loop\nusr/\nusr/lib/\nusr/lib/a = x\n");
}

TEST(TarIndexer, ReadsLongNamesOfGnuTar) {
  const std::string name = std::string(150, 'n') + "/" + std::string(150, 'm');
  MadeTar tar;
  tar.extended('L', name + '\0');
  tar.extended('K', std::string(200, 't') + '\0');
  tar.header("cut", {.type = '2', .link = "cut"});
  tar.file("next", "x");
  tar.end();
  const Indexed indexed(tar);
  EXPECT_EQ(indexed.text(), "next = x\n" + std::string(150, 'n') + "/\n" + name + " -> " +
                                std::string(200, 't') + "\n");
}

TEST(TarIndexer, ReadsPaxRecords) {
  MadeTar tar;
  tar.extended('g', MadeTar::record("uid", "4000000000") + MadeTar::record("mtime", "-1.25"));
  tar.header("pax_global_header", {});
  tar.extended('x', MadeTar::record("uid", "") + MadeTar::record("gid", "3000000000") +
                        MadeTar::record("SCHILY.xattr.user.a%3Db", "v") +
                        MadeTar::record("LIBARCHIVE.xattr.user.c", "d3h5eg") +
                        MadeTar::record("SCHILY.acl.access",
                                        "user::rw-,user:12:r--,group::r--,mask::r--,other::---"));
  tar.header("own", {.uid = 5});
  tar.header("next", {});
  tar.end();
  const Indexed indexed(tar);
  EXPECT_EQ(indexed.error + indexed.said, "");
  const InodeRecord& own = indexed.inode("own");
  EXPECT_EQ(own.uid, 5U);
  EXPECT_EQ(own.gid, 3'000'000'000U);
  EXPECT_EQ(own.mtime_seconds, -2);
  EXPECT_EQ(own.mtime_nanoseconds, 750'000'000U);
  const XattrSet xattrs = indexed.tree.xattrs().get(own.xattr_set);
  ASSERT_EQ(xattrs.xattrs().size(), 3U);
  EXPECT_EQ(*acl_text(xattrs.xattrs()[0].value),
            "user::rw-,user:12:r--,group::r--,mask::r--,other::---");
  EXPECT_EQ(xattrs.xattrs()[1].name, "user.a=b");
  EXPECT_EQ(as_text(xattrs.xattrs()[2].value), "wxyz");
  EXPECT_EQ(indexed.inode("next").uid, 4'000'000'000U);
  EXPECT_EQ(indexed.inode("next").xattr_set, 0U);
}

TEST(TarIndexer, TakesPermissionsFromAnAcl) {
  MadeTar tar;
  tar.extended('x', MadeTar::record("SCHILY.acl.access", "user::rwx,group::r-x,other::---"));
  tar.header("file", {.mode = 04600});
  tar.extended('x', MadeTar::record("SCHILY.acl.access", "user::rwx"));
  tar.header("broken", {.mode = 0600});
  tar.end();
  const Indexed indexed(tar);
  EXPECT_EQ(indexed.inode("file").mode, 0104750);
  EXPECT_EQ(indexed.inode("file").xattr_set, 0U);  // the bits say it all
  EXPECT_EQ(indexed.inode("broken").mode, 0100600);
  EXPECT_EQ(indexed.said,
            "broken: access control list is not one of Linux: 'user::rwx'; left out\n");
}

TEST(TarIndexer, KnowsWhichDirectoriesAreMadeUp) {
  MadeTar tar;
  tar.file("gone", "x");  // so that inodes get other numbers
  tar.file("gone", "x");
  tar.file("a/b/file", "x");
  tar.directory("a/b/");
  tar.directory("c/");
  tar.end();
  const Indexed indexed(tar);
  EXPECT_TRUE(indexed.is_made_up(""));
  EXPECT_TRUE(indexed.is_made_up("a"));
  EXPECT_FALSE(indexed.is_made_up("a/b"));
  EXPECT_FALSE(indexed.is_made_up("c"));

  MadeTar rooted;
  rooted.file("file", "x");
  rooted.directory("./");
  rooted.end();
  EXPECT_FALSE(Indexed(rooted).is_made_up(""));
}

TEST(TarIndexer, ReadsNumbersBeyondOctal) {
  MadeTar tar;
  tar.header("a", {},
             {{108, std::string_view("\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFE", 8)},
              {116, std::string_view("\x80\0\0\0\xB2\xD0\x5E\0", 8)},
              {136, std::string_view("\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF", 12)}});
  tar.end();
  const Indexed indexed(tar);
  EXPECT_EQ(indexed.inode("a").uid, 0xFFFFFFFE);
  EXPECT_EQ(indexed.inode("a").gid, 3'000'000'000U);
  EXPECT_EQ(indexed.inode("a").mtime_seconds, -1);
}

// --- Sparse files ---

constexpr std::string_view kGnuMagic("ustar  \0", 8);

TEST(TarIndexer, ReadsOldGnuSparseFiles) {
  std::string more(512, '\0');
  more.replace(0, 23, std::string_view("00000000050\00000000000002", 23));
  more.replace(24, 23, std::string_view("00000000062\00000000000000", 23));
  MadeTar tar;
  tar.header("sparse", {.type = 'S', .size = 10, .magic = kGnuMagic},
             {{386, std::string_view("00000000002\00000000000003\0", 24)},
              {410, std::string_view("00000000012\00000000000001\0", 24)},
              {434, std::string_view("00000000014\00000000000002\0", 24)},
              {458, std::string_view("00000000020\00000000000002\0", 24)},
              {482, "\1"},
              {483, "00000000062"}});
  tar.bytes += more;
  tar.data("abcdefghij");
  tar.file("next", "x");
  tar.end();
  const Indexed indexed(tar);
  EXPECT_EQ(indexed.error + indexed.said, "");
  EXPECT_EQ(indexed.text(),
            "next = x\nsparse = ..abc.....d.ef..gh......................ij........\n");
  EXPECT_EQ(indexed.inode("sparse").allocated, 10U);
}

// star has the map in blocks of the data, whose size in the header counts them.
TEST(TarIndexer, ReadsSparseFilesOfStar) {
  std::string map(512, '\0');
  map.replace(0, 24, "00000000002 00000000003 ");
  map.replace(24, 24, "00000000012 00000000001 ");
  MadeTar tar;
  for (const bool has_record : {false, true}) {
    if (has_record) tar.extended('x', MadeTar::record("SCHILY.realsize", "20"));
    tar.header(has_record ? "pax" : "sparse", {.type = 'S', .size = 512 + 4},
               {{452, has_record ? "" : "00000000024 "}, {476, "13755535056 15302524765 "}});
    tar.bytes += map;
    tar.data("abcd");
  }
  tar.file("next", "x");
  tar.end();
  const Indexed indexed(tar);
  EXPECT_EQ(indexed.error + indexed.said, "");
  EXPECT_EQ(indexed.text(),
            "next = x\npax = ..abc.....d.........\nsparse = ..abc.....d.........\n");
}

TEST(TarIndexer, ReadsPaxSparseFiles) {
  using Tar = MadeTar;
  MadeTar tar;
  tar.extended('x',
               Tar::record("GNU.sparse.size", "9") + Tar::record("GNU.sparse.numblocks", "2") +
                   Tar::record("GNU.sparse.offset", "1") + Tar::record("GNU.sparse.numbytes", "2") +
                   Tar::record("GNU.sparse.offset", "6") + Tar::record("GNU.sparse.numbytes", "1"));
  tar.file("v00", "abc");
  tar.extended('x', Tar::record("GNU.sparse.size", "9") + Tar::record("GNU.sparse.name", "v01") +
                        Tar::record("GNU.sparse.map", "1,2,6,1"));
  tar.file("GNUSparseFile.0/v01", "abc");
  std::string map = "2\n1\n2\n6\n1\n";
  map.resize(512);
  tar.extended('x', Tar::record("GNU.sparse.major", "1") + Tar::record("GNU.sparse.minor", "0") +
                        Tar::record("GNU.sparse.name", "v10") +
                        Tar::record("GNU.sparse.realsize", "9"));
  tar.file("GNUSparseFile.0/v10", map + "abc");
  tar.extended('x', Tar::record("GNU.sparse.size", "3") + Tar::record("GNU.sparse.map", "0,2,2,1"));
  tar.file("whole", "abc");
  tar.extended('x', Tar::record("GNU.sparse.size", "5") + Tar::record("GNU.sparse.map", "5,0"));
  tar.file("hole", "");
  tar.end();
  for (const std::size_t run : {1U, 512U, 100000U}) {
    const Indexed indexed(tar, run);
    EXPECT_EQ(indexed.error + indexed.said, "");
    EXPECT_EQ(indexed.text(),
              "hole = .....\nv00 = .ab...c..\nv01 = .ab...c..\nv10 = .ab...c..\nwhole = abc\n");
    EXPECT_FALSE(indexed.inode("whole").has_extent_list());
    EXPECT_EQ(indexed.files().size(), 4U);
  }
}

TEST(TarIndexer, TakesASparseMemberForAFileDespiteASlash) {
  MadeTar tar;
  tar.header("old/", {.type = 'S', .size = 4, .magic = "ustar  "},
             {{386, "00000000002"}, {398, "00000000004"}, {482, "\1"}, {483, "00000000007"}});
  tar.bytes.append(512, '\0');  // more of the map
  tar.data("data");
  tar.extended('x',
               MadeTar::record("GNU.sparse.size", "7") + MadeTar::record("GNU.sparse.map", "2,4"));
  tar.file("new/", "data");
  tar.end();
  EXPECT_EQ(Indexed(tar).text(), "new = ..data.\nold = ..data.\n");
}

TEST(TarIndexer, RefusesBrokenSparseMaps) {
  const auto error = [](std::string_view map, std::string_view size, std::string_view data) {
    MadeTar tar;
    tar.extended('x',
                 MadeTar::record("GNU.sparse.size", size) + MadeTar::record("GNU.sparse.map", map));
    tar.file("f", data);
    tar.end();
    return Indexed(tar).error;
  };
  EXPECT_EQ(error("0,1", "2", "a"), "");
  EXPECT_NE(error("0,2", "1", "ab").find("are outside"), std::string::npos);
  EXPECT_NE(error("2,1,0,1", "9", "ab").find("are outside"), std::string::npos);
  EXPECT_NE(error("0,2", "9", "a").find("covers 2 bytes, but its data has 1"), std::string::npos);
  EXPECT_NE(error("0", "9", "a").find("truncated"), std::string::npos);
  EXPECT_NE(error("18446744073709551615,18446744073709551615", "9", "a").find("are outside"),
            std::string::npos);
}

// --- Ends ---

TEST(TarIndexer, AcceptsAnArchiveWithoutMembers) {
  MadeTar tar;
  tar.end();
  const Indexed indexed(tar);
  EXPECT_EQ(indexed.error + indexed.said + indexed.text(), "");
  EXPECT_EQ(indexed.inode("").mode, 0040755);
}

TEST(TarIndexer, AcceptsAGlobalHeaderWithoutMembers) {
  for (const bool has_end : {true, false}) {
    MadeTar tar;
    tar.extended('g', MadeTar::record("comment", "0123456789abcdef"));
    if (has_end) tar.end();
    const Indexed indexed(tar);
    EXPECT_EQ(indexed.error + indexed.text(), "");
    EXPECT_EQ(indexed.said, has_end ? "" : ".: the archive has no end mark: is it complete?\n");
  }
  MadeTar tar;
  tar.extended('g', MadeTar::record("comment", "of all"));
  tar.extended('x', MadeTar::record("comment", "of none"));
  tar.end();
  EXPECT_NE(Indexed(tar).error.find("at 0: an extended header without a member"),
            std::string::npos);
}

TEST(TarIndexer, EncodesGlobalAttributesOnce) {
  MadeTar tar;
  tar.extended('g', MadeTar::record("SCHILY.xattr.user.a", "1"));
  for (int i = 0; i < 100; ++i) tar.file(fmt::format("{}", i), "");
  tar.extended('x', MadeTar::record("SCHILY.xattr.user.b", "2"));
  tar.file("own", "");
  tar.extended('g', MadeTar::record("SCHILY.xattr.user.a", "3"));
  for (int i = 0; i < 100; ++i) tar.file(fmt::format("after {}", i), "");
  tar.end();
  const Indexed indexed(tar);
  EXPECT_EQ(indexed.error + indexed.said, "");
  EXPECT_EQ(indexed.tree.xattrs().encoded_sets(), 3U);
  const auto value = [&](std::string_view path, std::string_view name) {
    const XattrSet set = indexed.tree.xattrs().get(indexed.inode(path).xattr_set);
    const Xattr* const xattr = find_xattr(set, name);
    return xattr == nullptr ? std::string("none") : std::string(as_text(xattr->value));
  };
  EXPECT_EQ(value("99", "user.a"), "1");
  EXPECT_EQ(value("own", "user.a") + value("own", "user.b"), "12");
  EXPECT_EQ(value("after 99", "user.a") + value("after 99", "user.b"), "3none");
}

TEST(TarIndexer, BoundsGlobalAttributes) {
  const auto many = [](char type, unsigned count) {
    std::string records;
    for (unsigned i = 0; i < count; ++i) {
      records += MadeTar::record(fmt::format("SCHILY.xattr.user.{}", i), "");
    }
    MadeTar tar;
    tar.extended(type, records);
    tar.file("a", "");
    tar.file("b", "");
    tar.end();
    return tar;
  };
  const std::string ignored =
      "a: the global pax headers before it exceed 65536 bytes and are ignored\n";
  const Indexed bounded(many('g', 200'000));
  EXPECT_EQ(bounded.error, "");
  EXPECT_EQ(bounded.said, ignored);
  EXPECT_EQ(bounded.tree.xattrs().encoded_sets(), 0U);
  EXPECT_EQ(Indexed(many('g', 500)).said, "");
  EXPECT_EQ(Indexed(many('x', 2000)).said, "") << "a member's own have their own limit";
  MadeTar tar;
  tar.extended('g', MadeTar::record("path", std::string(70'000, 'p')));
  tar.file("a", "x");
  tar.end();
  EXPECT_EQ(Indexed(tar).said, ignored);
  EXPECT_EQ(Indexed(tar).text(), "a = x\n");
}

TEST(TarIndexer, ShortensNamesInMessages) {
  const std::string target = std::string(4096, 'p') + std::string(2000, 'q');
  MadeTar links;
  links.extended('x', MadeTar::record("linkpath", target));
  links.hard_link("hard", "");
  links.extended('x', MadeTar::record("linkpath", target));
  links.symlink("s", "");
  links.file("s/below", "");
  links.end();
  const std::string shown = "'" + std::string(4096, 'p') + "...'";
  EXPECT_EQ(Indexed(links).said,
            "hard: hard link to " + shown +
                ", which is not an earlier file of the archive; not shown in the image\n"
                "s/below: it lies below a symlink to " +
                shown + ", which is not a directory; not shown in the image\n");
}

TEST(TarIndexer, ShortensPathsInMessages) {
  MadeTar tar;
  tar.extended('x', MadeTar::record("path", std::string(1'000'000, 'p')));
  tar.file("a", "");
  tar.end();
  EXPECT_EQ(Indexed(tar).said,
            std::string(4096, 'p') +
                "...: its path of 1000000 bytes exceeds 65535; not shown in the image\n");
}

// Whatever a global header repeats, all members together get 64 MiB and four times the archive.
TEST(TarIndexer, BoundsWhatGlobalHeadersRepeat) {
  const std::string large(60'000, 'v');
  std::string sparse = MadeTar::record("GNU.sparse.size", "8000");
  for (int i = 0; i < 2000; ++i) {
    sparse += MadeTar::record("GNU.sparse.offset", fmt::format("{}", 4 * i)) +
              MadeTar::record("GNU.sparse.numbytes", "0");
  }
  for (const std::string& records :
       {MadeTar::record("path", large), MadeTar::record("linkpath", large),
        MadeTar::record("uname", large), MadeTar::record("gname", large),
        MadeTar::record("GNU.sparse.name", large), MadeTar::record("SCHILY.acl.access", large),
        MadeTar::record("SCHILY.acl.default", large),
        MadeTar::record("SCHILY.xattr.user.large", large),
        MadeTar::record("LIBARCHIVE.xattr.user.large", std::string(80'000, 'v')),
        MadeTar::record("RHT.security.selinux", large), sparse}) {
    for (const char type : {'0', '1', '2', '5'}) {
      const auto error_of = [&](int members) {
        MadeTar tar;
        tar.extended('g', records);
        for (int i = 0; i < members; ++i) {
          tar.header(fmt::format("{}", i), {.type = type, .link = "target"});
        }
        tar.end();
        return Indexed(tar).error;
      };
      EXPECT_EQ(error_of(1000), "") << records.substr(0, 30) << type;
      EXPECT_NE(error_of(1300).find("global pax headers make attributes of"), std::string::npos)
          << records.substr(0, 30) << type;
    }
  }
}

// Each of them changes what the next members get.
TEST(TarIndexer, BoundsGlobalHeadersThatRepeatEarlierOnes) {
  MadeTar tar;
  tar.extended('g', MadeTar::record("comment", std::string(60'000, 'v')));
  for (int i = 0; i < 1300; ++i) {
    tar.extended('g', MadeTar::record("other", fmt::format("{}", i)));
  }
  tar.end();
  EXPECT_NE(Indexed(tar).error.find("global pax headers make attributes of"), std::string::npos);
}

TEST(TarIndexer, RepeatsASmallGlobalHeaderInAnyNumberOfMembers) {
  MadeTar tar;
  tar.extended('g', MadeTar::record("comment", std::string(60'000, 'v')) +
                        MadeTar::record("uname", std::string(256, 'u')) +
                        MadeTar::record("RHT.security.selinux", std::string(256, 's')));
  for (int i = 0; i < 200'000; ++i) tar.header(fmt::format("{}", i), {});
  tar.end();
  EXPECT_EQ(Indexed(tar).error, "");
}

TEST(TarIndexer, ShowsArchivesInARowAsOne) {
  MadeTar tar;
  tar.file("a", "x");
  tar.end();
  tar.file("b", "y");
  tar.end();
  const Indexed indexed(tar);
  EXPECT_EQ(indexed.text(), "a = x\nb = y\n");
  EXPECT_NE(indexed.said.find("2 archives in a row"), std::string::npos);
}

TEST(TarIndexer, KeepsWhatFollowsTheEnd) {
  MadeTar tar;
  tar.file("a", "x");
  tar.end();
  tar.bytes += std::string(700, 'g');
  const Indexed indexed(tar);
  EXPECT_EQ(indexed.error, "");
  EXPECT_EQ(indexed.text(), "a = x\n");
  EXPECT_NE(indexed.said.find("at 2048, is kept"), std::string::npos);
}

TEST(TarIndexer, RefusesATruncatedArchive) {
  MadeTar tar;
  tar.extended('x', MadeTar::record("path", "a"));
  tar.file("a", std::string(600, 'x'));
  const std::size_t size = tar.bytes.size();
  for (std::size_t cut = 1; cut < size; ++cut) {
    MadeTar part;
    part.bytes = tar.bytes.substr(0, cut);
    ASSERT_NE(Indexed(part).error.find("truncated"), std::string::npos) << cut;
  }
  EXPECT_EQ(Indexed(tar).error, "");  // without an end mark, as some programs make them
  EXPECT_NE(Indexed(tar).said.find("no end mark"), std::string::npos);
  EXPECT_NE(Indexed(MadeTar()).error.find("empty"), std::string::npos);
}

TEST(TarIndexer, RefusesWhatIsNoArchive) {
  MadeTar tar;
  tar.bytes = std::string(2000, 'x');
  EXPECT_EQ(Indexed(tar).error, "not a tar archive");
  MadeTar broken;
  broken.file("a", "x");
  broken.bytes += std::string(512, 'x');
  EXPECT_EQ(Indexed(broken).error, "tar archive, at 1024: a header with a wrong checksum");
  MadeTar orphan;
  orphan.extended('x', MadeTar::record("path", "a"));
  orphan.end();
  EXPECT_NE(Indexed(orphan).error.find("without a member"), std::string::npos);
}

TEST(TarIndexer, SkipsVolumeLabels) {
  MadeTar tar;
  tar.header("label", {.type = 'V'});
  tar.file("a", "x");
  tar.end();
  EXPECT_EQ(Indexed(tar).text(), "a = x\n");
}

TEST(TarIndexer, RefusesNamesBeyondTheFormat) {
  MadeTar tar;
  tar.extended('x', MadeTar::record("path", std::string(256, 'n')));
  tar.file("n", "x");
  tar.extended('x', MadeTar::record("path", std::string("a\0b", 3)));
  tar.file("n", "x");
  tar.symlink("empty", "");
  tar.end();
  const Indexed indexed(tar);
  EXPECT_EQ(indexed.text(), "");
  EXPECT_EQ(std::ranges::count(indexed.said, '\n'), 3);
}

TEST(LocateFiles, FindsTheFrameOfEveryRun) {
  MadeTar tar;
  tar.file("a", "x");                     // data at 512
  tar.file("b", std::string(3000, 'y'));  // at 1536
  tar.extended('x', MadeTar::record("GNU.sparse.size", "9000") +
                        MadeTar::record("GNU.sparse.map", "0,600,8000,1000"));
  tar.file("s", std::string(1600, 'z'));  // at 6144, and the second run at 6744
  tar.end();
  Indexed indexed(tar);
  std::vector<FrameRecord> frames(6);
  const std::uint64_t begins[] = {0, 1000, 1536, 2000, 6500, 8192};
  for (std::size_t i = 0; i < frames.size(); ++i) frames[i].stream_offset = begins[i];
  locate_files(indexed.tree, indexed.files(), frames);
  EXPECT_EQ(indexed.inode("a").count, 0U);
  EXPECT_EQ(indexed.inode("b").count, 2U);
  const auto extents = indexed.tree.extents_of(indexed.inode("s"));
  EXPECT_EQ(extents[0].stream_offset, 6144U);
  EXPECT_EQ(extents[0].frame, 3U);
  EXPECT_EQ(extents[1].frame, 4U);
  std::vector<std::uint32_t> first_files;
  for (const FrameRecord& frame : frames) first_files.push_back(frame.first_file);
  EXPECT_EQ(first_files, (std::vector<std::uint32_t>{0, 1, 1, 2, 3, 3}));
}

}  // namespace
}  // namespace zvfs
