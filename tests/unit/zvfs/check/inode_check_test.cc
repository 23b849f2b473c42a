#include "zvfs/check/inode_check.h"

#include <gtest/gtest.h>

#include "tests/support/checked_image.h"

namespace zvfs {
namespace {

using testing::CheckedImage;
using testing::ImageForge;
using testing::with_extent;
using testing::with_header;
using testing::with_inode;

using Problems = CheckedImage::Problems;

void check(CheckedImage& image) { InodeCheck(image.context, image.states).run(); }

// The forge computes the content size from the inodes; a test that breaks a file's type or size
// gives the header what the file's size adds up to without it.
auto without_content(std::uint32_t number, const std::function<void(InodeRecord&)>& change) {
  return [=](ImageForge& forge) {
    const std::uint64_t sound_size = 1500 + 10000 + 50 - forge.inode(number).size;
    change(forge.inode(number));
    forge.on_header = [=](IndexHeader& header) { header.content_size = sound_size; };
  };
}

TEST(InodeCheck, ChecksFieldsOfEveryType) {
  testing::expect_problems(
      check,
      {{without_content(4, [](auto& i) { i.mode = 0070644; }),
        {"inode 4: unknown file type in mode 70644"}},
       {without_content(4, [](auto& i) { i.flags = 2; }), {"inode 4: unknown flags 0x2"}},
       {without_content(4, [](auto& i) { i.size = std::uint64_t{1} << 63; }),
        {"inode 4: size 9223372036854775808 exceeds 9223372036854775807"}},
       {without_content(2, [](auto& i) { i.mtime_nanoseconds = 1'000'000'000; }),
        {"inode 2: 1000000000 nanoseconds exceed 999999999"}},
       {without_content(7, [](auto& i) { i.xattr_set = 2; }),
        {"inode 7: xattr set 2 exceeds the 1 of the image"}},
       {with_inode(2, [](auto& i) { i.nlink = 0; }), {"inode 2: number of links is 0"}},
       {with_inode(5, [](auto& i) { i.parent = 1; }), {"inode 5: parent 1 is not 0"}},
       {with_inode(8, [](auto& i) { i.allocated = 1; }), {"inode 8: allocated size 1 is not 0"}},
       {with_inode(3, [](auto& i) { i.flags = InodeRecord::kExtentList; }),
        {"inode 3: flags 1 is not 0"}}});
}

TEST(InodeCheck, AcceptsWhatIsJustWithinLimits) {
  testing::expect_problems(check,
                           {{with_inode(2, [](auto& i) { i.mtime_nanoseconds = 999'999'999; }), {}},
                            {with_inode(2, [](auto& i) { i.xattr_set = 1; }), {}},
                            {with_inode(8, [](auto& i) { i.data = ~std::uint64_t{0}; }), {}}});
}

TEST(InodeCheck, ChecksWhereAFileLies) {
  testing::expect_problems(
      check, {{with_inode(2, [](auto& i) { i.data = 3104 - 1499; }),
               {"inode 2: 1500 bytes at stream offset 1605 exceed the stream's 3104"}},
              {with_inode(2, [](auto& i) { i.data = 3105; }),
               {"inode 2: 1500 bytes at stream offset 3105 exceed the stream's 3104"}},
              {with_inode(2, [](auto& i) { i.count = 6; }),
               {"inode 2: frame 6 exceeds the 6 of the image"}},
              {with_inode(2, [](auto& i) { i.count = 0; }),
               {"inode 2: stream offset 400 is not in frame 0, which is 0 to 400"}},
              {with_inode(2, [](auto& i) { i.data = 399; }),
               {"inode 2: stream offset 399 is not in frame 1, which is 400 to 912"}},
              {with_inode(2, [](auto& i) { i.allocated = 1501; }),
               {"inode 2: allocated size 1501 is not 1500"}},
              {with_inode(4, [](auto& i) { i.data = 1; }), {"inode 4: data 1 is not 0"}},
              {with_inode(4, [](auto& i) { i.count = 1; }), {"inode 4: count 1 is not 0"}}});
}

TEST(InodeCheck, ChecksExtents) {
  testing::expect_problems(
      check,
      {{with_inode(6, [](auto& i) { i.count = 3; }),
        {"inode 6: 3 extents at row 0 exceed the 2 of the image"}},
       {with_inode(6, [](auto& i) { i.data = 3; }),
        {"inode 6: 2 extents at row 3 exceed the 2 of the image"}},
       {with_extent(0, [](auto& e) { e.length = 0; }), {"inode 6: extent 0: length is 0"}},
       {with_extent(1, [](auto& e) { e.file_offset = 1049; }),
        {"inode 6: extent 1: offset 1049 precedes 1050, the end of the last one"}},
       {with_extent(1, [](auto& e) { e.file_offset = 10000 - 25; }),
        {"inode 6: extent 1: 26 bytes at 9975 exceed the file's size 10000"}},
       {with_extent(1, [](auto& e) { e.file_offset = 10001; }),
        {"inode 6: extent 1: 26 bytes at 10001 exceed the file's size 10000"}},
       {with_extent(0, [](auto& e) { e.stream_offset = 3104; }),
        {"inode 6: extent 0: 50 bytes at stream offset 3104 exceed the stream's 3104"}},
       {with_extent(0, [](auto& e) { e.frame = 5; }),
        {"inode 6: extent 0: stream offset 1900 is not in frame 5, which is 2080 to 3104"}},
       {with_inode(6, [](auto& i) { i.allocated = 75; }), {"inode 6: allocated size 75 is not 76"}},
       // Adjacent, and up to the end: sound.
       {with_extent(1, [](auto& e) { e.file_offset = 1050; }), {}},
       {with_extent(1, [](auto& e) { e.file_offset = 10000 - 26; }), {}}});
}

TEST(InodeCheck, ChecksDirectories) {
  testing::expect_problems(check, {{with_inode(3, [](auto& i) { i.count = 2; }),
                                    {"inode 3: 2 dentries at row 7 exceed the 8 of the image"}},
                                   {with_inode(3, [](auto& i) { i.data = 9; }),
                                    {"inode 3: 1 dentries at row 9 exceed the 8 of the image"}},
                                   {with_inode(3, [](auto& i) { i.parent = 0; }),
                                    {"inode 3: parent 0 is not an inode from 1 to 8"}},
                                   {with_inode(3, [](auto& i) { i.parent = 9; }),
                                    {"inode 3: parent 9 is not an inode from 1 to 8"}}});
}

TEST(InodeCheck, ChecksSymlinks) {
  testing::expect_problems(
      check, {{with_inode(5, [](auto& i) { i.size = 0; }),
               {"inode 5: target of 0 bytes is not 1 to 65535"}},
              {with_inode(5, [](auto& i) { i.size = 65536; }),
               {"inode 5: target of 65536 bytes is not 1 to 65535"}},
              // The strings are eight names of 33 bytes in all, and a target of 8.
              {with_inode(5, [](auto& i) { i.data = 34; }),
               {"inode 5: target of 8 bytes at 34 exceeds the 41 bytes of strings"}},
              {with_inode(5, [](auto& i) { i.data = 42; }),
               {"inode 5: target of 8 bytes at 42 exceeds the 41 bytes of strings"}},
              {with_inode(5, [](auto& i) { i.count = 1; }), {"inode 5: count 1 is not 0"}},
              {[](ImageForge& forge) {
                 forge.inode(5).data = forge.add_string(std::string_view("dir\0deep", 8));
               },
               {"inode 5: target contains a zero byte"}}});
}

TEST(InodeCheck, ChecksSpecialFiles) {
  const auto make = [](std::uint16_t mode) {
    return with_inode(8, [=](auto& i) { i.mode = mode; });
  };
  testing::expect_problems(
      check, {{make(0010644), {"inode 8: data 4294967299 is not 0"}},
              {make(0140644), {"inode 8: data 4294967299 is not 0"}},
              {make(0060644), {}},
              {with_inode(8, [](auto& i) { i.size = 1; }), {"inode 8: size 1 is not 0"}}});
}

TEST(InodeCheck, ComparesTheSumOfSizesWithTheHeader) {
  testing::expect_problems(
      check, {{with_header([](auto& h) { ++h.content_size; }),
               {"index header: content size 11551 is not 11550, the sum of all files' sizes"}}});
}

TEST(InodeCheck, WantsADirectoryForRoot) {
  testing::expect_problems(check, {{[](ImageForge& forge) {
                                      forge.inode(1) = forge.inode(4);
                                      forge.inode(1).mode = 0100644;
                                    },
                                    {"inode 1: the root is not a directory"}}});
}

TEST(InodeCheck, FindsAnExtentsFieldThatIsNotZero) {
  testing::expect_problems(check, {{testing::with_row_byte(Table::kExtents, 32 + 28),
                                    {"inode 6: extent 1: its zero field is not zero"}}});
}

TEST(InodeCheck, NotesTypesAndData) {
  CheckedImage image((ImageForge()));
  check(image);
  const auto state = [&](std::uint32_t number) { return image.states.of({number}); };
  EXPECT_EQ(state(1).type(), FileType::kDirectory);
  EXPECT_EQ(state(5).type(), FileType::kSymlink);
  EXPECT_EQ(state(8).type(), FileType::kCharacterDevice);
  for (std::uint32_t number = 1; number <= 8; ++number) {
    const bool has_data = number == 2 || number == 6 || number == 7;
    EXPECT_EQ(state(number).is(InodeStates::State::kHasData), has_data) << number;
  }
}

TEST(InodeCheck, NotesNothingOfAnInodeWithoutAType) {
  ImageForge forge;
  forge.inode(4).mode = 0070644;
  CheckedImage image(forge);
  check(image);
  EXPECT_FALSE(image.states.of({4}).is_read());
  EXPECT_TRUE(image.states.of({2}).is_read());
}

TEST(InodeCheck, StopsAtExtentListsThatOverlapTooMuch) {
  ImageForge forge;
  // 1,100 files of the same 1,000 extents: more than 2^20 and 16 visits of each.
  forge.extents.clear();
  for (std::uint64_t i = 0; i < 1000; ++i) {
    forge.extents.push_back({i, 1, 1900 + i, 1900 + i < 2080 ? 4U : 5U});
  }
  forge.inode(6).count = 1000;
  forge.inode(6).size = 1000;
  forge.inode(6).allocated = 1000;
  for (int i = 0; i < 1062; ++i) forge.inodes.push_back(forge.inode(6));
  CheckedImage within(forge);  // 1,063,000 visits; 1,064,576 are allowed
  check(within);
  EXPECT_EQ(within.problems, Problems());
  for (int i = 0; i < 2; ++i) forge.inodes.push_back(forge.inode(6));
  CheckedImage beyond(forge);
  check(beyond);
  EXPECT_EQ(beyond.problems,
            Problems{"inode 1072: extent lists overlap and exceed 1064576 rows; not checked"});
}

}  // namespace
}  // namespace zvfs
