#include "format/index_header.h"

#include <gtest/gtest.h>

#include "format/seek_table.h"
#include "tests/support/image_forge.h"

namespace zvfs {
namespace {

// The header of a forged image, and the sizes that it is parsed against.
struct Sample {
  ByteVector header;
  std::uint64_t index_frame_size = 0;
  std::uint64_t file_size = 0;
};

Sample sample() {
  Sample out;
  testing::ImageForge forge;
  forge.on_index = [&](ByteVector& index) {
    const ByteSpan bytes = ByteSpan(index).subspan(kSkippableHeaderSize, IndexHeader::kSize);
    out.header.assign(bytes.begin(), bytes.end());
    out.index_frame_size = index.size();
  };
  out.file_size = forge.build().size();
  return out;
}

TEST(IndexHeader, ParsesWhatItEncodes) {
  const Sample s = sample();
  const auto header = IndexHeader::parse(s.header, s.index_frame_size, s.file_size);
  ASSERT_TRUE(header) << header.error().message;
  EXPECT_EQ(header->encode(), s.header);
  EXPECT_EQ(header->builder, "image forge");
  EXPECT_EQ(header->frame_count, 6U);
  EXPECT_EQ(header->table(Table::kInodes).rows, 8U);
  EXPECT_EQ(header->image_size, s.file_size);
}

TEST(IndexHeader, RejectsEveryFlippedBitAndEveryTruncation) {
  Sample s = sample();
  for (std::size_t bit = 0; bit < s.header.size() * 8; ++bit) {
    s.header[bit / 8] ^= std::byte(1 << bit % 8);
    EXPECT_FALSE(IndexHeader::parse(s.header, s.index_frame_size, s.file_size)) << bit;
    s.header[bit / 8] ^= std::byte(1 << bit % 8);
  }
  for (std::size_t size = 0; size < s.header.size(); ++size) {
    EXPECT_FALSE(
        IndexHeader::parse(ByteSpan(s.header).first(size), s.index_frame_size, s.file_size));
  }
}

TEST(IndexHeader, NamesTheVersionThatIsTooNew) {
  Sample s = sample();
  s.header[8] = std::byte{7};
  const auto header = IndexHeader::parse(s.header, s.index_frame_size, s.file_size);
  ASSERT_FALSE(header);
  EXPECT_EQ(header.error().code, ErrorCode::kUnsupported);
  EXPECT_EQ(header.error().message, "format version 7 is newer than 1, the latest known");
}

TEST(IndexHeader, IgnoresUnknownCompatAndRoCompatFeatures) {
  testing::ImageForge forge;
  forge.on_header = [](IndexHeader& header) {
    header.compat = ~IndexHeader::kDigests;
    header.ro_compat = ~0U;
  };
  Sample s;
  forge.on_index = [&](ByteVector& index) {
    const ByteSpan bytes = ByteSpan(index).subspan(kSkippableHeaderSize, IndexHeader::kSize);
    s.header.assign(bytes.begin(), bytes.end());
    s.index_frame_size = index.size();
  };
  s.file_size = forge.build().size();
  EXPECT_TRUE(IndexHeader::parse(s.header, s.index_frame_size, s.file_size));
}

TEST(IndexHeader, LimitsTheTablesByTheIndexFrame) {
  constexpr std::uint64_t kIndexFrame = 4096;
  const Sample s = sample();
  IndexHeader header = IndexHeader::parse(s.header, s.index_frame_size, s.file_size).value();
  header.image_size =
      header.data_size + kIndexFrame + SeekTableFooter{header.frame_count + 1}.table_size();
  header.index_frame_size = IndexHeader::kMaxIndexFrameSize;
  header.index_frame_count = 4;
  header.tables_size = kIndexFrame * 1024;
  EXPECT_TRUE(IndexHeader::parse(header.encode(), kIndexFrame, 1 << 20));
  header.index_frame_count = 5;
  header.tables_size += 1024;
  const auto parsed = IndexHeader::parse(header.encode(), kIndexFrame, 1 << 20);
  ASSERT_FALSE(parsed);
  EXPECT_EQ(parsed.error().message,
            "index header: tables size 4195328 exceeds 1024 times the 4096 bytes of the index "
            "frame");
}

TEST(IndexHeader, RejectsAnImageLargerThanItsFile) {
  const Sample s = sample();
  EXPECT_FALSE(IndexHeader::parse(s.header, s.index_frame_size, s.file_size - 1));
  EXPECT_TRUE(IndexHeader::parse(s.header, s.index_frame_size, s.file_size + 1000));
}

}  // namespace
}  // namespace zvfs
