#include "zvfs/check/frame_table_check.h"

#include <gtest/gtest.h>

#include "tests/support/checked_image.h"

namespace zvfs {
namespace {

using testing::CheckedImage;
using testing::ImageForge;
using testing::with_frame_row;

void check(CheckedImage& image) { check_frame_table(image.context); }

// The coded sizes of frames depend on the compressor, so the last row's image offset is looked up.
std::string last_row(const ImageForge& forge, const FrameRecord& row, std::uint64_t data_size) {
  return fmt::format(
      "frames table: row 6: image offset {}, stream offset {} and first file {} with checksum "
      "{:08x} and kind {} do not match the end: data size {}, stream size 3104, files {}, 0, "
      "0",
      row.image_offset, row.stream_offset, row.first_file, row.checksum, row.kind, data_size,
      forge.frame_files.size());
}

TEST(FrameTableCheck, WantsZerosInTheFirstRow) {
  testing::expect_problems(
      check, {{with_frame_row(0, [](auto& r) { r.image_offset = 1; }),
               {"frames table: row 0: image offset 1, stream offset 0 and first file 0 are not "
                "all 0"}},
              {with_frame_row(0, [](auto& r) { r.stream_offset = 1; }),
               {"frames table: row 0: image offset 0, stream offset 1 and first file 0 are not "
                "all 0"}},
              {with_frame_row(0, [](auto& r) { r.first_file = 1; }),
               {"frames table: row 0: image offset 0, stream offset 0 and first file 1 are not "
                "all 0"}}});
}

TEST(FrameTableCheck, WantsTheSizesInTheLastRow) {
  const auto data_size = CheckedImage({}).tables().header().data_size;
  const std::vector<std::function<void(FrameRecord&)>> breaches = {
      [](FrameRecord& r) { r.checksum = 0xabc; },
      [](FrameRecord& r) { r.kind = 1; },
  };
  for (const auto& breach : breaches) {
    FrameRecord row{data_size, 3104, 0, 3, 0};
    breach(row);
    testing::expect_problems(
        check, {{with_frame_row(6, breach), {last_row(ImageForge(), row, data_size)}}});
  }
  // Files that no frame has.
  testing::expect_problems(check, {{[](ImageForge& forge) { forge.frame_files.push_back(4); },
                                    {fmt::format("frames table: row 6: image offset {0}, stream "
                                                 "offset 3104 and first file 3 with checksum "
                                                 "00000000 and kind 0 do not match the end: "
                                                 "data size {0}, stream size 3104, files 4, 0, 0",
                                                 data_size)}}});
}

TEST(FrameTableCheck, FindsFieldsThatAreNotZero) {
  for (const std::size_t byte : {25U, 31U}) {  // the first and the last behind the kind
    testing::expect_problems(check,
                             {{testing::with_row_byte(Table::kFrames, std::size_t{2} * 32 + byte),
                               {"frames table: row 2: its zero fields are not zero"}}});
  }
}

TEST(FrameTableCheck, ChecksEachFrame) {
  testing::expect_problems(
      check, {{with_frame_row(0, [](auto& r) { r.kind = 6; }),
               {"frames table: frame 0: kind 6 is not one of this image"}},
              {[](ImageForge& forge) {  // LZ4, without the feature
                 with_frame_row(5, [](auto& r) { r.kind = 3; })(forge);
                 forge.on_header = [](auto& h) { h.incompat = 0; };
               },
               {"frames table: frame 5: kind 3 is not one of this image"}},
              {with_frame_row(3, [](auto& r) { r.stream_offset = 1424 + 255; }), {}},
              {with_frame_row(3, [](auto& r) { r.stream_offset = 1424 + 256; }),  // nothing is left
               {"frames table: frame 3: stream offset 1680 to 1680 is out of range"}},
              {with_frame_row(1, [](auto& r) { r.first_file = 3; }),
               {"frames table: frame 1: frame files 3 to 2 is out of range"}},
              {[](ImageForge& forge) { forge.frame_bound = 1023; },
               {"frames table: frame 5: stream offset 2080 to 3104 is out of range"}}});
}

}  // namespace
}  // namespace zvfs
