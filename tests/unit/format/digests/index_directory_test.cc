#include "format/digests/index_directory.h"

#include <algorithm>

#include <gtest/gtest.h>

#include "format/digests/root_hash.h"
#include "tests/support/counting_source.h"
#include "tests/support/image_forge.h"

namespace zvfs {
namespace {

using testing::CountingSource;

constexpr std::uint64_t kIndexHeaderEnd = 8 + 320;  // of an image without data

// The header of an image that has only a directory of `frames` entries, and digests.
IndexHeader header_of(std::uint32_t frames) {
  IndexHeader header;
  header.compat = IndexHeader::kDigests;
  header.index_frame_count = frames;
  return header;
}

// Such an image: its rows are random.
CountingSource source_of(std::uint32_t frames) {
  return CountingSource(testing::random_bytes(kIndexHeaderEnd + std::size_t{48} * frames, 1));
}

constexpr std::uint32_t kMostHeld = IndexDirectory::kMostHeld / IndexEntry::kSize;

TEST(IndexDirectory, IsReadOnceIfItIsNotLarge) {
  const CountingSource source = source_of(kMostHeld);
  const auto directory = IndexDirectory::open(source, 0, header_of(kMostHeld)).value();
  EXPECT_EQ(source.reads, 1U);
  for (std::uint32_t i = 0; i < 100; ++i) EXPECT_TRUE(directory.entry(i));
  EXPECT_TRUE(directory.entry(kMostHeld - 1));
  EXPECT_EQ(source.reads, 1U);
}

TEST(IndexDirectory, IsNotHeldIfItIsLarge) {
  const std::uint32_t frames = kMostHeld + 1;
  const CountingSource source = source_of(frames);
  const auto directory = IndexDirectory::open(source, 0, header_of(frames)).value();
  EXPECT_EQ(source.reads, 0U);
  ByteVector expected(IndexEntry::kSize);
  ASSERT_TRUE(source.read(kIndexHeaderEnd + 16 * std::uint64_t{kMostHeld}, expected));
  const IndexEntry entry = directory.entry(kMostHeld).value();
  ByteVector found;
  entry.append_to(found);
  EXPECT_EQ(found, expected);
}

TEST(IndexDirectory, IsHeldWhateverItsSizeIfItIsVerified) {
  const std::uint32_t frames = kMostHeld + 1;
  const CountingSource source = source_of(frames);
  ByteVector all(source.size());
  ASSERT_TRUE(source.read(0, all));
  const ByteSpan header_bytes = ByteSpan(all).subspan(8, 320);
  const ByteSpan rows = ByteSpan(all).subspan(kIndexHeaderEnd);
  const RootDigest root = RootHash::of(header_bytes, rows, {});
  source.reads = 0;
  const auto directory =
      IndexDirectory::open_verified(source, 0, header_of(frames), header_bytes, root).value();
  EXPECT_EQ(source.reads, 2U);
  const Sha256Digest digest = directory.digest(frames - 1).value();
  EXPECT_TRUE(std::ranges::equal(digest, ByteSpan(all).last(32)));
  EXPECT_TRUE(directory.entry(frames - 1));
  EXPECT_EQ(source.reads, 2U);
}

TEST(IndexDirectory, IsNotVerifiedBeyondTheLimit) {
  const CountingSource source = source_of(0);
  const auto directory = IndexDirectory::open_verified(
      source, 0, header_of(IndexDirectory::kMostVerified + 1), {}, RootDigest{});
  ASSERT_FALSE(directory);
  EXPECT_EQ(directory.error().code, ErrorCode::kTooLarge);
  EXPECT_EQ(directory.error().message,
            "1048577 index frames are more than the 1048576 that can be verified");
  EXPECT_EQ(source.reads, 0U);
}

}  // namespace
}  // namespace zvfs
