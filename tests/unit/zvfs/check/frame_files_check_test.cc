#include "zvfs/check/frame_files_check.h"

#include <gtest/gtest.h>

#include "tests/support/checked_image.h"
#include "zvfs/check/inode_check.h"

namespace zvfs {
namespace {

using testing::CheckedImage;
using testing::ImageForge;

using Problems = CheckedImage::Problems;

// What the check of frame files alone finds; InodeCheck only notes which files have data.
void check(CheckedImage& image) {
  InodeCheck(image.context, image.states).run();
  image.problems.clear();
  check_frame_files(image.context, image.states);
}

// The files of all frames, and how many of them are in those before each frame and in all.
auto with_files(const std::vector<std::uint32_t>& files, const std::vector<std::uint32_t>& first) {
  return [=](ImageForge& forge) {
    forge.frame_files = files;
    forge.first_files = first;
  };
}

TEST(FrameFilesCheck, WantsEachFileOnce) {
  testing::expect_problems(
      check, {{with_files({2, 6}, {0, 0, 1, 1, 1, 2, 2}), {"frame files: inode 7 is missing"}},
              {with_files({}, {0, 0, 0, 0, 0, 0, 0}),
               {"frame files: inode 2 is missing", "frame files: inode 6 is missing",
                "frame files: inode 7 is missing"}},
              {with_files({7, 2, 2, 6}, {0, 1, 3, 3, 3, 4, 4}),
               {"frame files: row 2 (frame 1): inode 2 is listed twice"}}});
}

TEST(FrameFilesCheck, WantsFilesWithData) {
  testing::expect_problems(check, {{with_files({0, 7, 2, 6}, {0, 2, 3, 3, 3, 4, 4}),
                                    {"frame files: row 0 (frame 0): inode 0 is not from 1 to 8"}},
                                   {with_files({7, 2, 6, 9}, {0, 1, 2, 2, 2, 3, 4}),
                                    {"frame files: row 3 (frame 5): inode 9 is not from 1 to 8"}},
                                   {with_files({7, 2, 6, 4}, {0, 1, 2, 2, 2, 3, 4}),  // empty
                                    {"frame files: row 3 (frame 5): inode 4 has no data"}},
                                   {with_files({7, 2, 6, 3}, {0, 1, 2, 2, 2, 3, 4}),  // a directory
                                    {"frame files: row 3 (frame 5): inode 3 has no data"}}});
}

TEST(FrameFilesCheck, WantsFilesWhereTheyBegin) {
  testing::expect_problems(
      check,
      {{with_files({7, 2, 6}, {0, 1, 1, 2, 2, 3, 3}),
        {"frame files: row 1 (frame 2): inode 2 begins at stream offset 400, outside 912 to 1424"}},
       {with_files({7, 2, 6}, {0, 1, 2, 2, 2, 2, 3}),  // by its first extent
        {"frame files: row 2 (frame 5): inode 6 begins at stream offset 1900, outside 2080 to "
         "3104"}}});
}

TEST(FrameFilesCheck, WantsTheFilesOfAFrameInTheirOrder) {
  // Two files in frame 0: inode 7 at 100 and, in the place of /empty, inode 4.
  const auto two_files = [](std::uint64_t begin, const std::vector<std::uint32_t>& files) {
    return [=](ImageForge& forge) {
      forge.inode(4).size = 10;
      forge.inode(4).allocated = 10;
      forge.inode(4).data = begin;
      forge.frame_files = files;
      forge.first_files = {0, 2, 3, 3, 3, 4, 4};
    };
  };
  testing::expect_problems(
      check,
      {{two_files(150, {7, 4, 2, 6}), {}},
       {two_files(100, {7, 4, 2, 6}), {}},  // equal files, stored once
       {two_files(99, {7, 4, 2, 6}),
        {"frame files: row 1 (frame 0): inode 4 begins at stream offset 99, before the last one's "
         "100"}},
       {two_files(99, {4, 7, 2, 6}), {}}});
}

// Frame 1 has no valid row, so that frame 2 may begin its files anew: without a limit, any number
// of frames could list all files.
TEST(FrameFilesCheck, VisitsNoFilesTwice) {
  ImageForge forge;
  with_files({7, 2, 6}, {0, 3, 0, 3, 3, 3, 3})(forge);
  CheckedImage image(forge);
  check(image);
  ASSERT_FALSE(image.problems.empty());
  EXPECT_EQ(image.problems.back(),
            "frame files: frame 2 shares files with others; it and the rest are not checked");
  for (const std::string& problem : image.problems) {
    EXPECT_EQ(problem.find("listed twice"), std::string::npos) << problem;
  }
}

TEST(FrameFilesCheck, PassesOverInodesThatCouldNotBeRead) {
  ImageForge forge;
  forge.inode(2).mode = 0070644;  // of no type, which InodeCheck reports
  CheckedImage image(forge);
  check(image);
  EXPECT_EQ(image.problems, Problems());
}

TEST(FrameFilesCheck, ClaimsNoMissingFilesWhereTheIndexIsDamaged) {
  ImageForge forge;
  with_files({2, 6}, {0, 0, 1, 1, 1, 2, 2})(forge);
  CheckedImage image(forge);
  image.context.index_is_whole = false;
  check(image);
  EXPECT_EQ(image.problems, Problems());
}

}  // namespace
}  // namespace zvfs
