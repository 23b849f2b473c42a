#include "zvfs/check/dentry_check.h"

#include <gtest/gtest.h>

#include "tests/support/checked_image.h"
#include "zvfs/check/inode_check.h"

namespace zvfs {
namespace {

using testing::CheckedImage;
using testing::ImageForge;
using testing::with_dentry;
using testing::with_inode;

using Problems = CheckedImage::Problems;

// What DentryCheck alone finds; InodeCheck only notes the types.
void check(CheckedImage& image) {
  InodeCheck(image.context, image.states).run();
  image.problems.clear();
  DentryCheck(image.context, image.states).run();
}

// The name of a dentry, with the size of its directory changed to fit.
auto with_name(std::size_t row, const std::string& name) {
  return [=](ImageForge& forge) {
    DentryRecord& dentry = forge.dentries.at(row);
    forge.inode(row < 7 ? 1 : 3).size += name.size() - dentry.name_length;
    dentry.name_offset = forge.add_string(name);
    dentry.name_length = static_cast<std::uint16_t>(name.size());
  };
}

TEST(DentryCheck, ChecksNames) {
  testing::expect_problems(
      check, {{with_name(7, ""), {"dentry 7 (directory 3): name of 0 bytes is not 1 to 255"}},
              {with_name(7, std::string(256, 'n')),
               {"dentry 7 (directory 3): name of 256 bytes is not 1 to 255"}},
              {with_name(7, std::string(255, 'n')), {}},
              {with_dentry(7, [](auto& d) { d.name_offset = 38; }),
               {"dentry 7 (directory 3): name of 4 bytes at 38 exceeds the 41 bytes of strings"}},
              {with_dentry(7, [](auto& d) { d.name_offset = 42; }),
               {"dentry 7 (directory 3): name of 4 bytes at 42 exceeds the 41 bytes of strings"}},
              {with_name(7, "."),
               {"dentry 7 (directory 3): its name is '.' or '..', or contains '/' or a zero byte"}},
              {with_name(7, ".."),
               {"dentry 7 (directory 3): its name is '.' or '..', or contains '/' or a zero byte"}},
              {with_name(7, "a/b"),
               {"dentry 7 (directory 3): its name is '.' or '..', or contains '/' or a zero byte"}},
              {with_name(7, std::string("a\0b", 3)),
               {"dentry 7 (directory 3): its name is '.' or '..', or contains '/' or a zero byte"}},
              {with_name(7, "..."), {}}});
}

TEST(DentryCheck, ChecksTheOrderOfNames) {
  const Problems second = {"dentry 1 (directory 1): its name does not sort after the previous one"};
  testing::expect_problems(check, {{with_name(1, "bih"), {}},
                                   {with_name(1, "big"), second},  // twice
                                   {with_name(1, "bi"), second},
                                   {with_name(1, "Dir"), second},  // bytes, not letters
                                   {with_name(1, "big\x80"), {}}});
}

TEST(DentryCheck, ChecksInodesAndTypes) {
  testing::expect_problems(check, {{[](ImageForge& forge) {
                                      forge.dentries.at(7).inode = 0;
                                      forge.inode(7).nlink = 1;
                                    },
                                    {"dentry 7 (directory 3): inode 0 is not from 1 to 8"}},
                                   {[](ImageForge& forge) {
                                      forge.dentries.at(7).inode = 9;
                                      forge.inode(7).nlink = 1;
                                    },
                                    {"dentry 7 (directory 3): inode 9 is not from 1 to 8"}},
                                   {with_dentry(7, [](auto& d) { d.type = FileType::kFifo; }),
                                    {"dentry 7 (directory 3): type 1 is not inode 7's type 8"}},
                                   {testing::with_row_byte(Table::kDentries, 7 * 16 + 15),
                                    {"dentry 7: its zero field is not zero"}}});
}

TEST(DentryCheck, ChecksSizesAndLinks) {
  testing::expect_problems(
      check, {{with_inode(1, [](auto& i) { i.size = 142; }),
               {"inode 1: size 142 is not 141, the sum over its 7 dentries"}},
              {with_inode(3, [](auto& i) { i.size = 0; }),
               {"inode 3: size 0 is not 20, the sum over its 1 dentries"}},
              {with_inode(1, [](auto& i) { i.nlink = 2; }),
               {"inode 1: 2 links are not 2 plus its 1 subdirectories"}},
              {with_inode(3, [](auto& i) { i.nlink = 1; }),
               {"inode 3: 1 links are not 2 plus its 0 subdirectories"}},
              {with_inode(7, [](auto& i) { i.nlink = 3; }), {"inode 7: 3 links, but 2 names"}},
              {with_inode(8, [](auto& i) { i.nlink = 0; }), {"inode 8: 0 links, but 1 names"}}});
}

TEST(DentryCheck, ChecksParents) {
  testing::expect_problems(check, {{with_inode(1, [](auto& i) { i.parent = 3; }),
                                    {"inode 1: the root's parent is 3, not 1"}},
                                   {with_inode(3, [](auto& i) { i.parent = 3; }),
                                    {"inode 3: parent 3 is not 1, which holds its name"}}});
}

// A second directory, /empty in the place of the file: inode 4, without entries.
void make_second_directory(ImageForge& forge) {
  forge.inode(4) = forge.inode(3);
  forge.inode(4).count = 0;
  forge.inode(4).size = 0;
  forge.dentries.at(2).type = FileType::kDirectory;
  forge.inode(1).nlink = 4;
}

TEST(DentryCheck, WantsOneNameForEachDirectory) {
  testing::expect_problems(check, {{make_second_directory, {}},
                                   {[](ImageForge& forge) {  // /dir and /empty are one
                                      make_second_directory(forge);
                                      forge.dentries.at(2).inode = 3;
                                    },
                                    {"dentry 2 (directory 1): directory 3 already has a name in 1",
                                     "inode 4: directory has no name"}},
                                   {[](ImageForge& forge) {  // the root has a name
                                      make_second_directory(forge);
                                      forge.dentries.at(2).inode = 1;
                                    },
                                    {"dentry 2 (directory 1): directory 1 already has a name in 0",
                                     "inode 4: directory has no name"}}});
}

TEST(DentryCheck, WantsOneDirectoryForEachDentry) {
  testing::expect_problems(
      check,
      {{[](ImageForge& forge) {  // /empty lists what /dir does
          make_second_directory(forge);
          forge.inode(4).count = 1;
          forge.inode(4).size = 20;
        },
        {"dentry 7: belongs to directory 4 and another"}},
       {[](ImageForge& forge) {
          for (int i = 0; i < 3; ++i) forge.dentries.push_back(forge.dentries.at(7));
          forge.inode(3).data = 8;
        },
        {"dentries 7 to 7: in no directory", "dentries 9 to 10: in no directory"}}});
}

TEST(DentryCheck, FindsACycleOfDirectoriesOnce) {
  // /dir is cut off: dir holds "empty", and that holds dir.
  ImageForge forge;
  make_second_directory(forge);
  forge.inode(1).nlink = 2;
  forge.inode(7).nlink = 1;
  forge.inode(1).count = 5;  // big, hard, link, null, sparse
  forge.inode(1).size = 5 * 16 + 3 + 4 + 4 + 4 + 6;
  const DentryRecord directory = forge.dentries.at(1);
  const DentryRecord empty = forge.dentries.at(2);
  forge.dentries.erase(forge.dentries.begin() + 1, forge.dentries.begin() + 3);
  forge.dentries.at(5) = empty;  // in dir
  forge.dentries.push_back(directory);
  forge.inode(3).data = 5;
  forge.inode(3).size = 16 + 5;
  forge.inode(3).nlink = 3;
  forge.inode(3).parent = 4;
  forge.inode(4).data = 6;
  forge.inode(4).count = 1;
  forge.inode(4).size = 16 + 3;
  forge.inode(4).nlink = 3;
  forge.inode(4).parent = 3;
  CheckedImage image(forge);
  check(image);
  EXPECT_EQ(image.problems, Problems{"inode 3: is its own ancestor, not below the root"});
}

// What a damaged index frame hides could have the names that seem to be missing.
TEST(DentryCheck, ClaimsNoMissingNamesWhereTheIndexIsDamaged) {
  ImageForge forge;
  forge.inode(8).nlink = 2;
  forge.inode(3).parent = 3;
  CheckedImage image(forge);
  image.context.index_is_whole = false;
  check(image);
  EXPECT_EQ(image.problems, Problems());
}

}  // namespace
}  // namespace zvfs
