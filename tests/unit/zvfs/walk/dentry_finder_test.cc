#include "zvfs/walk/dentry_finder.h"

#include <gtest/gtest.h>

#include "tests/support/image_forge.h"

namespace zvfs {
namespace {

using testing::ImageForge;

std::unique_ptr<Image> open(const ImageForge& forge = {}) {
  return Image::open(std::make_unique<MemorySource>(forge.build()), {}).value();
}

// The row of the dentry at `path`, or none.
std::optional<std::uint64_t> row_of(DentryFinder& finder, std::string_view path) {
  const auto found = finder.find(path);
  if (found) return found->row;
  EXPECT_EQ(found.error().code, ErrorCode::kNotFound) << path;
  return std::nullopt;
}

TEST(DentryFinder, FindsEveryName) {
  const auto image = open();
  DentryFinder finder(*image);
  const char* const paths[] = {"big", "dir", "empty", "hard", "link", "null", "sparse", "dir/deep"};
  for (std::uint64_t row = 0; row < 8; ++row) EXPECT_EQ(row_of(finder, paths[row]), row);
  for (std::uint64_t row = 8; row-- > 0;) EXPECT_EQ(row_of(finder, paths[row]), row);
  EXPECT_EQ(finder.find("dir/deep").value().inode, InodeNumber{7});
}

TEST(DentryFinder, FindsTheRoot) {
  const auto image = open();
  DentryFinder finder(*image);
  for (const char* const path : {"", "/", ".", "./"}) {
    EXPECT_EQ(row_of(finder, path), FoundDentry::kRoot) << path;
    EXPECT_EQ(finder.find(path).value().inode, kRootInode) << path;
  }
}

TEST(DentryFinder, MindsNoSlashesAndDots) {
  const auto image = open();
  DentryFinder finder(*image);
  for (const char* const path :
       {"/dir/deep", "./dir/deep", "dir//deep", "dir/./deep", "dir/deep/"}) {
    EXPECT_EQ(row_of(finder, path), 7U) << path;
  }
}

TEST(DentryFinder, FindsNothingThatIsNotThere) {
  const auto image = open();
  DentryFinder finder(*image);
  for (const char* const path :
       {"a", "zzz", "di", "dirr", "dir/dee", "none/deep", "big/deep", "deep", "dir/../big"}) {
    EXPECT_EQ(row_of(finder, path), std::nullopt) << path;
  }
  EXPECT_EQ(row_of(finder, "dir/deep"), 7U);  // and is none the worse for it
}

TEST(DentryFinder, FollowsNoSymlinks) {
  ImageForge forge;
  forge.inode(5).data = forge.add_string("dir");
  forge.inode(5).size = 3;
  const auto image = open(forge);
  DentryFinder finder(*image);
  EXPECT_EQ(row_of(finder, "link/deep"), std::nullopt);
  EXPECT_EQ(row_of(finder, "link"), 4U);
}

}  // namespace
}  // namespace zvfs
