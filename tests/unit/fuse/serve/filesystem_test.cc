#include "fuse/serve/filesystem.h"

#include <algorithm>
#include <cstring>
#include <linux/fuse.h>
#include <sys/sysmacros.h>

#include <gtest/gtest.h>

#include "fuse/serve/attributes.h"
#include "tests/support/image_forge.h"

namespace zvfs {
namespace {

using testing::ImageForge;
using ListMode = Filesystem::ListMode;
using SeekTo = Filesystem::SeekTo;

constexpr fuse_ino_t kBig = 2, kDir = 3, kEmpty = 4, kLink = 5, kSparse = 6, kDeep = 7, kNull = 8;

class MountedForge {
 public:
  explicit MountedForge(const ImageForge& forge = ImageForge())
      : image_(Image::open(std::make_unique<MemorySource>(forge.build()), {}).value()),
        filesystem_(*image_) {}
  const Filesystem* operator->() const { return &filesystem_; }

 private:
  std::unique_ptr<Image> image_;
  Filesystem filesystem_;
};

Result<ReadReply> read(const MountedForge& mounted, fuse_ino_t node, std::uint64_t offset,
                       std::size_t size_bytes) {
  return mounted->read(ZVFS_TRY(mounted->regular_file(node)), offset, size_bytes);
}

struct Listed {
  std::string name;
  std::uint64_t inode;
  std::uint32_t type;
  std::uint64_t next;
  std::uint64_t node = 0;  // readdirplus only
  bool operator==(const Listed&) const = default;
};

Listed listed(const fuse_dirent& entry, const char* name) {
  return {std::string(name, entry.namelen), entry.ino, entry.type, entry.off};
}

std::vector<Listed> parse_names(std::span<const char> bytes) {
  std::vector<Listed> entries;
  while (!bytes.empty()) {
    fuse_dirent entry;
    std::memcpy(&entry, bytes.data(), FUSE_NAME_OFFSET);
    entries.push_back(listed(entry, bytes.data() + FUSE_NAME_OFFSET));
    bytes = bytes.subspan(FUSE_DIRENT_ALIGN(FUSE_NAME_OFFSET + entry.namelen));
  }
  return entries;
}

std::vector<Listed> parse_attributes(std::span<const char> bytes) {
  std::vector<Listed> entries;
  while (!bytes.empty()) {
    fuse_direntplus entry;
    std::memcpy(&entry, bytes.data(), FUSE_NAME_OFFSET_DIRENTPLUS);
    entries.push_back(listed(entry.dirent, bytes.data() + FUSE_NAME_OFFSET_DIRENTPLUS));
    entries.back().node = entry.entry_out.nodeid;
    bytes = bytes.subspan(FUSE_DIRENT_ALIGN(FUSE_NAME_OFFSET_DIRENTPLUS + entry.dirent.namelen));
  }
  return entries;
}

std::string bytes_of(const ReadReply& reply) {
  std::string bytes;
  for (const iovec& piece : reply.pieces()) {
    bytes.append(static_cast<const char*>(piece.iov_base), piece.iov_len);
  }
  return bytes;
}

TEST(Filesystem, GivesAttributesOfEveryType) {
  const MountedForge mounted;
  const struct stat deep = mounted->attributes(kDeep).value();
  EXPECT_EQ(deep.st_ino, kDeep);
  EXPECT_EQ(deep.st_mode, 0104755U);
  EXPECT_EQ(deep.st_nlink, 2U);
  EXPECT_EQ(deep.st_uid, 1000U);
  EXPECT_EQ(deep.st_gid, 100U);
  EXPECT_EQ(deep.st_size, 50);
  EXPECT_EQ(deep.st_blocks, 1);
  EXPECT_EQ(deep.st_blksize, kPreferredReadSize);
  EXPECT_EQ(deep.st_mtim.tv_sec, 1'600'000'000);
  EXPECT_EQ(deep.st_mtim.tv_nsec, 123'456'789);
  EXPECT_EQ(deep.st_ctim.tv_nsec, 123'456'789);
  EXPECT_EQ(deep.st_atim.tv_sec, 1'600'000'000);
  EXPECT_EQ(mounted->attributes(kNull)->st_rdev, makedev(1, 3));
  EXPECT_EQ(mounted->attributes(kSparse)->st_blocks, 1);
  EXPECT_EQ(mounted->attributes(kSparse)->st_size, 10000);
  EXPECT_EQ(mounted->attributes(kDir)->st_blocks, 0);
}

TEST(Filesystem, KnowsNoNodeThatTheImageHasNot) {
  const MountedForge mounted;
  for (const fuse_ino_t node : {fuse_ino_t{0}, fuse_ino_t{9}, fuse_ino_t{1} << 32 | 1}) {
    EXPECT_EQ(mounted->attributes(node).error().code, ErrorCode::kNotFound);
    EXPECT_EQ(mounted->lookup(node, ".").error().code, ErrorCode::kNotFound);
    EXPECT_EQ(read(mounted, node, 0, 1).error().code, ErrorCode::kNotFound);
  }
}

TEST(Filesystem, LooksUpForEver) {
  const MountedForge mounted;
  const fuse_entry_param dir = mounted->lookup(FUSE_ROOT_ID, "dir").value();
  EXPECT_EQ(dir.ino, kDir);
  EXPECT_EQ(dir.attr.st_ino, kDir);
  EXPECT_EQ(dir.attr_timeout, kForever);
  EXPECT_EQ(dir.entry_timeout, kForever);
  const fuse_entry_param missing = mounted->lookup(FUSE_ROOT_ID, "none").value();
  EXPECT_EQ(missing.ino, 0U);
  EXPECT_EQ(missing.entry_timeout, kForever);
}

TEST(Filesystem, LooksUpDotsForNfs) {
  const MountedForge mounted;
  EXPECT_EQ(mounted->lookup(kDir, ".")->ino, kDir);
  EXPECT_EQ(mounted->lookup(kBig, ".")->ino, kBig);
  EXPECT_EQ(mounted->lookup(kDir, "..")->ino, FUSE_ROOT_ID);
  EXPECT_EQ(mounted->lookup(FUSE_ROOT_ID, "..")->ino, FUSE_ROOT_ID);
  EXPECT_EQ(mounted->lookup(kBig, "..").error().code, ErrorCode::kInvalidArgument);
}

TEST(Filesystem, RefusesNodesOfTheWrongType) {
  const MountedForge mounted;
  EXPECT_EQ(mounted->symlink_target(kBig).error().code, ErrorCode::kInvalidArgument);
  EXPECT_EQ(read(mounted, kDir, 0, 1).error().code, ErrorCode::kInvalidArgument);
  EXPECT_EQ(mounted->seek(kNull, 0, SeekTo::kData).error().code, ErrorCode::kInvalidArgument);
  EXPECT_EQ(mounted->list(kLink, 0, 4096, ListMode::kNames).error().code,
            ErrorCode::kInvalidArgument);
  EXPECT_EQ(mounted->lookup(kLink, "x").error().code, ErrorCode::kInvalidArgument);
}

TEST(Filesystem, HasNoTargetThatTheKernelHasNoRoomFor) {
  for (const std::size_t size : {4095U, 4096U, 65'535U}) {
    ImageForge forge;
    forge.inode(kLink).data = forge.add_string(std::string(size, 'x'));
    forge.inode(kLink).size = size;
    const MountedForge mounted(forge);
    const std::optional<std::string> target = mounted->symlink_target(kLink).value();
    EXPECT_EQ(target.has_value(), size == 4095) << size;
    EXPECT_EQ(mounted->attributes(kLink)->st_size, static_cast<off_t>(size));
  }
  EXPECT_EQ(MountedForge()->symlink_target(kLink).value(), "dir/deep");
}

// The protocol has 32 bits for both numbers: 4097:3 would look like 1:3, /dev/null.
TEST(Filesystem, ShowsNoDeviceAsAnotherOne) {
  const auto attributes = [](std::uint32_t major, std::uint32_t minor) {
    ImageForge forge;
    forge.inode(kNull).set_device(major, minor);
    return MountedForge(forge)->attributes(kNull);
  };
  EXPECT_EQ(attributes(4095, (1 << 20) - 1)->st_rdev, makedev(4095, (1 << 20) - 1));
  EXPECT_EQ(attributes(4097, 3).error().code, ErrorCode::kTooLarge);
  EXPECT_EQ(attributes(1, 1 << 20).error().code, ErrorCode::kTooLarge);
}

TEST(Filesystem, ReadsFromFramesAndHoles) {
  const ImageForge forge;
  const MountedForge mounted(forge);
  const std::string_view frame = as_text(forge.frames[4].content);
  std::string expected(10000, '\0');
  expected.replace(1000, 50, frame.substr(220, 50));
  expected.replace(5000, 26, frame.substr(270, 26));
  EXPECT_EQ(bytes_of(read(mounted, kSparse, 0, 20000).value()), expected);
  EXPECT_EQ(bytes_of(read(mounted, kSparse, 990, 30).value()), expected.substr(990, 30));
  EXPECT_TRUE(read(mounted, kSparse, 10000, 10)->pieces().empty());
  EXPECT_TRUE(read(mounted, kEmpty, 0, 10)->pieces().empty());
}

TEST(Filesystem, SeeksAsLseekDoes) {
  const MountedForge mounted;
  const auto seek = [&](fuse_ino_t node, std::uint64_t offset, SeekTo target) {
    return mounted->seek(node, offset, target).value();
  };
  EXPECT_EQ(seek(kSparse, 0, SeekTo::kHole), 0U);
  EXPECT_EQ(seek(kSparse, 0, SeekTo::kData), 1000U);
  EXPECT_EQ(seek(kSparse, 1020, SeekTo::kData), 1020U);
  EXPECT_EQ(seek(kSparse, 1020, SeekTo::kHole), 1050U);
  EXPECT_EQ(seek(kSparse, 1050, SeekTo::kData), 5000U);
  EXPECT_EQ(seek(kSparse, 5026, SeekTo::kData), std::nullopt);
  EXPECT_EQ(seek(kSparse, 9999, SeekTo::kHole), 9999U);
  EXPECT_EQ(seek(kSparse, 10000, SeekTo::kHole), std::nullopt);
  EXPECT_EQ(seek(kBig, 0, SeekTo::kHole), 1500U);
  EXPECT_EQ(seek(kBig, 1499, SeekTo::kData), 1499U);
  EXPECT_EQ(seek(kBig, ~std::uint64_t{0}, SeekTo::kData), std::nullopt);
  EXPECT_EQ(seek(kEmpty, 0, SeekTo::kHole), std::nullopt);
}

// Extents of one byte each, which touch, and a hole behind them: looking for it has an end.
TEST(Filesystem, TakesWhatIsBehindManyExtentsForData) {
  ImageForge forge;
  const std::uint32_t count = 65'537;
  forge.frames.at(0).content.resize(count);
  forge.frame_bound = 1 << 20;
  forge.extents.clear();
  for (std::uint32_t i = 0; i < count; ++i) forge.extents.push_back({i, 1, i, 0});
  InodeRecord& sparse = forge.inode(6);
  sparse.data = 0;
  sparse.size = 100'000;
  sparse.count = count - 2;
  EXPECT_EQ(MountedForge(forge)->seek(kSparse, 0, SeekTo::kHole).value(), count - 2);
  sparse.count = count;
  EXPECT_EQ(MountedForge(forge)->seek(kSparse, 0, SeekTo::kHole).value(), 100'000U);
}

TEST(Filesystem, ListsDotsThenNamesInOrder) {
  const MountedForge mounted;
  const auto entries = parse_names(mounted->list(FUSE_ROOT_ID, 0, 4096, ListMode::kNames)->bytes());
  const std::vector<Listed> expected = {
      {".", 1, 4, 1},     {"..", 1, 4, 2},    {"big", 2, 8, 3},
      {"dir", 3, 4, 4},   {"empty", 4, 8, 5}, {"hard", 7, 8, 6},
      {"link", 5, 10, 7}, {"null", 8, 2, 8},  {"sparse", 6, 8, 9}};
  EXPECT_EQ(entries, expected);
  EXPECT_EQ(parse_names(mounted->list(kDir, 1, 4096, ListMode::kNames)->bytes()),
            (std::vector<Listed>{{"..", 1, 4, 2}, {"deep", 7, 8, 3}}));
  EXPECT_TRUE(mounted->list(FUSE_ROOT_ID, 9, 4096, ListMode::kNames)->bytes().empty());
  EXPECT_TRUE(
      mounted->list(FUSE_ROOT_ID, ~std::uint64_t{0} >> 1, 4096, ListMode::kNames)->bytes().empty());
}

TEST(Filesystem, ListsNodesWithAttributesButForDots) {
  const MountedForge mounted;
  const auto entries =
      parse_attributes(mounted->list(FUSE_ROOT_ID, 0, 8192, ListMode::kAttributes)->bytes());
  ASSERT_EQ(entries.size(), 9U);
  EXPECT_EQ(entries[0], (Listed{".", 1, 4, 1, 0}));
  EXPECT_EQ(entries[1], (Listed{"..", 1, 4, 2, 0}));
  EXPECT_EQ(entries[5], (Listed{"hard", 7, 8, 6, 7}));
  for (const Listed& entry : std::span(entries).subspan(2)) EXPECT_EQ(entry.node, entry.inode);
}

// For any size of the request, continuing at the last entry's offset gives each name once.
TEST(Filesystem, ListsInPiecesOfAnySize) {
  const MountedForge mounted;
  for (const ListMode mode : {ListMode::kNames, ListMode::kAttributes}) {
    for (std::size_t size = 160; size < 2000; size += 8) {
      std::vector<std::string> names;
      for (std::uint64_t offset = 0;;) {
        const DirectoryBuffer buffer = mounted->list(FUSE_ROOT_ID, offset, size, mode).value();
        EXPECT_LE(buffer.bytes().size(), size);
        const auto entries = mode == ListMode::kNames ? parse_names(buffer.bytes())
                                                      : parse_attributes(buffer.bytes());
        if (entries.empty()) break;
        for (const Listed& entry : entries) names.push_back(entry.name);
        offset = entries.back().next;
      }
      EXPECT_EQ(names, (std::vector<std::string>{".", "..", "big", "dir", "empty", "hard", "link",
                                                 "null", "sparse"}))
          << size;
    }
  }
}

TEST(Filesystem, ListsADamagedInodeWithoutAttributes) {
  ImageForge forge;
  forge.inode(kEmpty).mode = 0;
  const MountedForge mounted(forge);
  const auto entries =
      parse_attributes(mounted->list(FUSE_ROOT_ID, 0, 8192, ListMode::kAttributes)->bytes());
  ASSERT_EQ(entries.size(), 9U);
  EXPECT_EQ(entries[4], (Listed{"empty", 4, 8, 5, 0}));
  EXPECT_EQ(entries[5].node, kDeep);
  EXPECT_EQ(mounted->lookup(FUSE_ROOT_ID, "empty").error().code, ErrorCode::kCorrupt);
}

TEST(Filesystem, GivesXattrs) {
  const MountedForge mounted;
  EXPECT_TRUE(mounted->has_xattrs());
  EXPECT_EQ(as_text(mounted->xattr(kDeep, "user.comment").value().value()), "ccccc");
  EXPECT_TRUE(mounted->xattr(kDeep, "user.empty").value().value().empty());
  EXPECT_EQ(mounted->xattr(kDeep, "user.none").value(), std::nullopt);
  EXPECT_EQ(mounted->xattr(kBig, "user.comment").value(), std::nullopt);
  EXPECT_EQ(mounted->xattr_names(kDeep).value(), std::string("user.comment\0user.empty\0", 24));
}

TEST(Filesystem, IsFullAndOfTheImagesSize) {
  const ImageForge forge;
  const struct statvfs statistics = MountedForge(forge)->statistics();
  EXPECT_EQ(statistics.f_blocks, (forge.build().size() + 4095) / 4096);
  EXPECT_EQ(statistics.f_bfree, 0U);
  EXPECT_EQ(statistics.f_bavail, 0U);
  EXPECT_EQ(statistics.f_files, 8U);
  EXPECT_EQ(statistics.f_ffree, 0U);
  EXPECT_EQ(statistics.f_namemax, 255U);
}

TEST(Filesystem, ContainsDamage) {
  ImageForge forge;
  forge.on_image = [](ByteVector& image) { image[50] ^= std::byte{1}; };  // in frame 0
  const MountedForge mounted(forge);
  EXPECT_EQ(read(mounted, kDeep, 0, 10).error().code, ErrorCode::kCorrupt);
  EXPECT_TRUE(read(mounted, kBig, 0, 1500));
}

}  // namespace
}  // namespace zvfs
