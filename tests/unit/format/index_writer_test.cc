#include "format/index_writer.h"

#include <gtest/gtest.h>

#include "format/index_header.h"

namespace zvfs {
namespace {

// What an index frame takes at least, whatever it holds: its entries in the index directory and in
// the nested seek table, and a zstd frame, which has a magic, a descriptor, a content size of two
// bytes, a block header, one byte, and a checksum.
constexpr std::uint64_t kLeastOfFrame =
    IndexEntry::kSize + SeekTableEntry::kSize + 4 + 1 + 2 + 3 + 1 + 4;
static_assert(IndexWriter::kIndexFrameSize / kLeastOfFrame < IndexHeader::kMaxTablesRatio);

TEST(IndexWriter, StaysBelowTheLimitOfTheTables) {
  const ByteVector zeros(1 << 20);
  for (const int level : {1, 3, 9, 19, 22}) {
    IndexWriter writer(level);
    ASSERT_TRUE(writer.begin(Table::kXattrData));
    for (int i = 0; i < 64; ++i) ASSERT_TRUE(writer.append(zeros));
    const ByteVector index = writer.finish({}).value();
    const std::uint64_t frames = (64 << 20) / IndexWriter::kIndexFrameSize;
    EXPECT_GE(index.size(), frames * kLeastOfFrame) << "level " << level;
  }
}

}  // namespace
}  // namespace zvfs
