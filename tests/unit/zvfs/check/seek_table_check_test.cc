#include "zvfs/check/seek_table_check.h"

#include <gtest/gtest.h>

#include "tests/support/checked_image.h"

namespace zvfs {
namespace {

using testing::CheckedImage;
using testing::ImageForge;

using Problems = CheckedImage::Problems;

void check(CheckedImage& image) { EXPECT_TRUE(check_seek_table(image.context)); }

std::vector<SeekTableEntry> sound_entries() {
  std::vector<SeekTableEntry> entries;
  ImageForge forge;
  forge.on_seek_table = [&](std::vector<SeekTableEntry>& table) { entries = table; };
  static_cast<void>(forge.build());
  return entries;
}

std::string differs(std::size_t number, std::string_view what, const SeekTableEntry& entry,
                    const SeekTableEntry& expected) {
  return fmt::format(
      "seek table: entry {}: {} bytes of {} with checksum {:08x}, but {} has {} of {} with "
      "{:08x}",
      number, entry.coded_size, entry.decoded_size, entry.checksum, what, expected.coded_size,
      expected.decoded_size, expected.checksum);
}

TEST(SeekTableCheck, ComparesEachEntryWithItsFrame) {
  const std::vector<SeekTableEntry> sound = sound_entries();
  ASSERT_EQ(sound.size(), 7U);
  const std::vector<std::function<void(SeekTableEntry&)>> breaches = {
      [](SeekTableEntry& e) { ++e.decoded_size; },
      [](SeekTableEntry& e) { e.checksum ^= 1; },
  };
  for (std::size_t number = 0; number < sound.size(); ++number) {
    for (const auto& breach : breaches) {
      SeekTableEntry entry = sound[number];
      breach(entry);
      const std::string_view what = number < 6 ? "the frames table" : "the index frame";
      testing::expect_problems(check, {{[&](ImageForge& forge) {
                                          forge.on_seek_table = [&](auto& table) {
                                            table.at(number) = entry;
                                          };
                                        },
                                        {differs(number, what, entry, sound[number])}}});
    }
  }
}

TEST(SeekTableCheck, ComparesCodedSizes) {
  const std::vector<SeekTableEntry> sound = sound_entries();
  for (std::size_t number = 0; number < 6; ++number) {
    SeekTableEntry entry = sound[number];
    --entry.coded_size;
    testing::expect_problems(
        check, {{[&](ImageForge& forge) {
                   forge.on_seek_table = [&](auto& table) { table.at(number) = entry; };
                 },
                 {differs(number, "the frames table", entry, sound[number])}}});
  }
}

TEST(SeekTableCheck, ChecksTheFrameThatHoldsTheTable) {
  // Seven entries of 12 bytes and the footer of 9 make 93; the header of 8 precedes them.
  const auto with_byte = [](std::size_t offset) {
    return [=](ImageForge& forge) {
      forge.on_image = [=](ByteVector& image) {
        image.at(image.size() - 101 + offset) ^= std::byte{1};
      };
    };
  };
  const std::uint64_t begin = ImageForge().build().size() - 101;
  testing::expect_problems(
      check, {{with_byte(0),
               {fmt::format("seek table: magic 0x184d2a5f at {:#x} is not 0x184d2a5e", begin)}},
              {with_byte(4), {"seek table: size 92 is not the 93 of 7 entries"}}});
}

TEST(SeekTableCheck, PassesOverFramesThatAreOutOfOrder) {
  // Both frames that row 2 bounds have sizes that no entry can have.
  testing::expect_problems(
      check,
      {{testing::with_frame_row(2, [](auto& r) { r.stream_offset = ~std::uint64_t{0}; }), {}}});
}

TEST(SeekTableCheck, ReadsTablesOfManyEntries) {
  ImageForge forge;  // more than are read at a time
  while (forge.frames.size() < 5000) {
    forge.frames.push_back(forge.frames.at(3));
    forge.first_files.push_back(3);
  }
  forge.on_seek_table = [](auto& table) { table.at(4999).checksum ^= 1; };
  CheckedImage image(forge);
  check(image);
  ASSERT_EQ(image.problems.size(), 1U);
  EXPECT_EQ(image.problems[0].find("seek table: entry 4999: "), 0U) << image.problems[0];
}

}  // namespace
}  // namespace zvfs
