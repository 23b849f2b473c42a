#include "zvfs/walk/path_lookup.h"

#include <gtest/gtest.h>

#include "tests/support/image_forge.h"

namespace zvfs {
namespace {

using testing::ImageForge;

// The inode's number, or the error's code.
struct Outcome {
  std::uint32_t number = 0;
  std::optional<ErrorCode> error;
  bool operator==(const Outcome&) const = default;
};

Outcome look_up(std::string_view path, std::string_view target = "dir/deep") {
  ImageForge forge;
  forge.inode(5).data = forge.add_string(target);
  forge.inode(5).size = target.size();
  const auto image = Image::open(std::make_unique<MemorySource>(forge.build()), {}).value();
  const auto inode = follow_path(*image, path);
  if (!inode) return {0, inode.error().code};
  return {inode->number.value, std::nullopt};
}
Outcome number(std::uint32_t value) { return {value, std::nullopt}; }
Outcome error(ErrorCode code) { return {0, code}; }

TEST(FollowPath, FindsFilesAsTheKernelDoes) {
  for (const char* const path : {"", "/", ".", "..", "/../..", "dir/.."}) {
    EXPECT_EQ(look_up(path), number(1)) << path;
  }
  for (const char* const path :
       {"dir/deep", "/dir/deep", "//dir//deep", "dir/./deep", "dir/../dir/deep", "../dir/deep"}) {
    EXPECT_EQ(look_up(path), number(7)) << path;
  }
}

TEST(FollowPath, FollowsSymlinks) {
  EXPECT_EQ(look_up("link"), number(7));
  EXPECT_EQ(look_up("link", "/dir/deep"), number(7));
  EXPECT_EQ(look_up("link/deep", "dir"), number(7));
  EXPECT_EQ(look_up("dir/../link/deep", "/dir/"), number(7));
  EXPECT_EQ(look_up("link/../big", "dir"), number(2));  // the target's parent
  EXPECT_EQ(look_up("link", "../../big"), number(2));
}

TEST(FollowPath, BeginsAtTheRootForAbsoluteTargets) {
  for (const bool is_absolute : {false, true}) {
    ImageForge forge;  // dir/deep is a symlink, too
    forge.dentries.at(7).inode = 5;
    forge.dentries.at(7).type = FileType::kSymlink;
    forge.inode(5).data = forge.add_string(is_absolute ? "/big" : "big");
    forge.inode(5).size = is_absolute ? 4 : 3;
    const auto image = Image::open(std::make_unique<MemorySource>(forge.build()), {}).value();
    const auto inode = follow_path(*image, "dir/deep");
    ASSERT_EQ(inode.has_value(), is_absolute);
    if (is_absolute) {
      EXPECT_EQ(inode->number, InodeNumber{2});
    }
  }
}

TEST(FollowPath, FindsNothingThatIsNotThere) {
  for (const char* const path : {"none", "dir/none", "none/deep", "big/deep"}) {
    EXPECT_EQ(look_up(path), error(ErrorCode::kNotFound)) << path;
  }
  EXPECT_EQ(look_up("link", "none"), error(ErrorCode::kNotFound));
}

TEST(FollowPath, FollowsNoTargetThatLinuxDoesNot) {
  const std::string most = std::string(4095 - 8, '/') + "dir/deep";
  EXPECT_EQ(look_up("link", most), number(7));
  EXPECT_EQ(look_up("link", "/" + most), error(ErrorCode::kInvalidArgument));
}

TEST(FollowPath, EndsWhereSymlinksMakeACycle) {
  EXPECT_EQ(look_up("link", "link"), error(ErrorCode::kInvalidArgument));
  EXPECT_EQ(look_up("link", "./link/x"), error(ErrorCode::kInvalidArgument));
}

}  // namespace
}  // namespace zvfs
