#include "format/seek_table.h"

#include <gtest/gtest.h>

namespace zvfs {
namespace {

ByteVector bytes_of(std::initializer_list<int> values) {
  ByteVector bytes;
  for (const int value : values) bytes.push_back(static_cast<std::byte>(value));
  return bytes;
}

// Written by hand from the seekable format's specification.
ByteVector two_entries() {
  return bytes_of(
      {0x5E, 0x2A, 0x4D, 0x18, 33,   0,    0,    0,                          // magic, size
       10,   0,    0,    0,    20,   0,    0,    0,    4,    3,    2,    1,  // first entry
       1,    1,    0,    0,    0,    0,    0,    0,    0x99, 0xE9, 0xD8, 0x51,
       2,    0,    0,    0,    0x80, 0xB1, 0xEA, 0x92, 0x8F});  // footer
}

TEST(SeekTable, IsTheBytesOfTheSpecification) {
  const std::vector<SeekTableEntry> entries = {{10, 20, 0x01020304}, {257, 0, kEmptyChecksum}};
  EXPECT_EQ(encode_seek_table(entries), two_entries());
  const auto parsed = parse_seek_table(two_entries());
  ASSERT_TRUE(parsed);
  EXPECT_EQ(*parsed, entries);
}

TEST(SeekTable, EmptyTableParses) {
  const auto parsed = parse_seek_table(encode_seek_table({}));
  ASSERT_TRUE(parsed);
  EXPECT_TRUE(parsed->empty());
}

TEST(SeekTable, RejectsEveryTruncation) {
  const ByteVector table = two_entries();
  for (std::size_t cut = 1; cut <= table.size(); ++cut) {
    EXPECT_FALSE(parse_seek_table(ByteSpan(table).first(table.size() - cut))) << cut;
    EXPECT_FALSE(parse_seek_table(ByteSpan(table).subspan(cut))) << cut;
  }
}

TEST(SeekTable, RejectsEveryFlippedBitOfItsFraming) {
  ByteVector table = two_entries();
  for (std::size_t i = 0; i < table.size(); ++i) {
    if (i >= 8 && i < 32) continue;  // entries: any value parses
    for (int bit = 0; bit < 8; ++bit) {
      table[i] ^= std::byte(1 << bit);
      EXPECT_FALSE(parse_seek_table(table)) << "byte " << i << " bit " << bit;
      table[i] ^= std::byte(1 << bit);
    }
  }
}

TEST(SeekTable, RejectsFrameCountAboveLimit) {
  ByteVector footer;
  ByteWriter writer(footer);
  writer.u32(kMaxFrames + 1);
  writer.u8(SeekTableFooter::kDescriptor);
  writer.u32(SeekTableFooter::kMagic);
  const auto parsed = SeekTableFooter::parse(footer);
  ASSERT_FALSE(parsed);
  EXPECT_EQ(parsed.error().code, ErrorCode::kTooLarge);
}

}  // namespace
}  // namespace zvfs
