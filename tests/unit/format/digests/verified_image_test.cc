#include <gtest/gtest.h>

#include "format/digests/digest_scan.h"
#include "format/digests/root_hash.h"
#include "format/image.h"
#include "tests/support/image_forge.h"
#include "tests/support/image_walk.h"
#include "tests/support/verified_open.h"

namespace zvfs {
namespace {

using testing::forge_with_digests;
using testing::ImageForge;
using testing::open_tables;
using testing::root_of;

Result<std::unique_ptr<Image>> open(const ByteVector& bytes, const RootDigest& root) {
  return Image::open(std::make_unique<MemorySource>(bytes), {.root = root});
}

// The decoded bytes of all frames, if everything in the image can be read.
Result<std::string> read_all(const Image& image) {
  ZVFS_TRY(testing::walk_image(image));
  const ImageTables& raw = image.raw();
  std::string all(as_text(ZVFS_TRY(raw.index().frame(0))->bytes()));
  IndexReader::Cursor cursor(raw.index());
  for (std::uint32_t i = 0; i < image.header().frame_count; ++i) {
    const DataFrame frame = ZVFS_TRY(raw.frame_table().frame(cursor, {i}));
    all += as_text(ZVFS_TRY(raw.frames().read({FrameKey::Space::kData, i}, FrameClass::kPacked,
                                              frame.location))
                       ->bytes());
  }
  return all;
}

// Which frames a scan finds wrong, and its report.
struct Scan {
  explicit Scan(const ImageTables& image) {
    const auto note = [this](FrameKey frame, const Error& error) {
      wrong.push_back(frame);
      messages.push_back(error.message);
    };
    report = scan_digests(image, {.threads = 2, .on_wrong = note}).value();
  }

  std::vector<FrameKey> wrong;
  std::vector<std::string> messages;
  DigestScanReport report;
};

TEST(VerifiedImage, ShowsAllOfTheImageWithItsRoot) {
  const ByteVector bytes = forge_with_digests().build();
  const auto image = open(bytes, root_of(bytes));
  ASSERT_TRUE(image) << image.error().message;
  const auto walked = testing::walk_image(**image);
  EXPECT_TRUE(walked) << walked.error().message;
  EXPECT_EQ(root_digest((*image)->raw()).value(), root_of(bytes));
}

TEST(VerifiedImage, ReadsLz4FramesToo) {
  ImageForge forge = forge_with_digests();
  forge.encoder.codec = Codec::kLz4;
  const ByteVector bytes = forge.build();
  EXPECT_TRUE(testing::walk_image(*open(bytes, root_of(bytes)).value()));
}

TEST(VerifiedImage, HasARootOfTheHeaderTheDirectoryAndTheDigests) {
  const ByteVector bytes = forge_with_digests().build();
  const auto image = open_tables(bytes).value();
  const IndexHeader& header = image->header();
  ASSERT_EQ(header.index_frame_count, 1U);
  ByteVector hashed;
  const auto append = [&](ImageOffset begin, std::size_t size) {
    const ByteSpan part = ByteSpan(bytes).subspan(begin.value, size);
    hashed.insert(hashed.end(), part.begin(), part.end());
  };
  append({header.data_size + 8}, 320 + 16);
  append({header.index_frames_offset().value + header.index_digests}, 32);
  EXPECT_EQ(root_of(bytes).bytes, Sha256::of(hashed));
}

TEST(VerifiedImage, RefusesAnotherRoot) {
  const ByteVector bytes = forge_with_digests().build();
  const auto image = open(bytes, RootDigest{});
  ASSERT_FALSE(image);
  EXPECT_EQ(image.error().code, ErrorCode::kCorrupt);
  EXPECT_EQ(image.error().message,
            "the image has the root " + root_of(bytes).text() + ", not " + RootDigest{}.text());
}

TEST(VerifiedImage, RefusesAnImageWithoutDigests) {
  const ByteVector bytes = ImageForge().build();
  const auto image = open(bytes, RootDigest{});
  ASSERT_FALSE(image);
  EXPECT_EQ(image.error().code, ErrorCode::kInvalidArgument);
  EXPECT_EQ(image.error().message, "the image has no digests");
  EXPECT_FALSE(root_digest(*open_tables(bytes).value()));
}

// Whatever byte is changed, the image is refused, or shows what it showed before: the seek tables
// are not needed.
TEST(VerifiedImage, NeverShowsAChangedByte) {
  ByteVector bytes = forge_with_digests().build();
  const RootDigest root = root_of(bytes);
  const std::uint64_t index_begin = open_tables(bytes).value()->header().data_size;
  const std::string truth = read_all(*open(bytes, root).value()).value();
  std::uint64_t shown = 0;
  for (std::size_t at = 0; at < bytes.size(); ++at) {
    bytes[at] ^= std::byte{1};
    if (const auto image = open(bytes, root)) {
      const auto all = read_all(**image);
      EXPECT_TRUE(!all || (*all == truth && at >= index_begin)) << at;
      if (all) ++shown;
    }
    bytes[at] ^= std::byte{1};
  }
  EXPECT_GT(shown, 0U);
}

TEST(VerifiedImage, NamesAFrameWithAnotherDigest) {
  ImageForge forge = forge_with_digests();
  forge.on_rows = [](Table table, ByteVector& rows) {
    if (table == Table::kFrameDigests) rows.at(32 * 2) ^= std::byte{1};  // of a stored frame
  };
  const ByteVector bytes = forge.build();
  const auto image = open(bytes, root_of(bytes)).value();
  EXPECT_TRUE(image->prefetch({1}));
  const auto read = image->prefetch({2});
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().code, ErrorCode::kCorrupt);
  EXPECT_TRUE(read.error().message.starts_with("data frame 2 at 0x")) << read.error().message;
  EXPECT_NE(read.error().message.find(": its bytes have the digest sha256:"), std::string::npos);
  IndexReader::Cursor cursor(image->raw().index());
  const DataFrame frame = image->raw().frame_table().frame(cursor, {2}).value();
  ByteVector coded(frame.location.coded_size);
  const FrameKey key{FrameKey::Space::kData, 2};
  EXPECT_FALSE(image->raw().frames().read_coded(key, frame.location, coded));
  ByteVector decoded(frame.location.decoded_size);
  EXPECT_FALSE(image->raw().frames().decode(key, frame.location, decoded));
  const auto unverified = Image::open(std::make_unique<MemorySource>(bytes), {}).value();
  EXPECT_TRUE(unverified->prefetch({2}));
  EXPECT_TRUE(unverified->raw().frames().read_coded(key, frame.location, coded));
}

TEST(DigestScan, FindsNothingWrongWithASoundImage) {
  const ByteVector bytes = forge_with_digests().build();
  const Scan scan(*open_tables(bytes).value());
  EXPECT_TRUE(scan.wrong.empty());
  EXPECT_EQ(scan.report.frames, 1U + 6U);
  EXPECT_GT(scan.report.coded_bytes, 0U);
}

TEST(DigestScan, NamesEachWrongFrameInOrder) {
  ImageForge forge = forge_with_digests();
  ByteVector bytes = forge.build();
  const RootDigest root = root_of(bytes);
  const auto image = open_tables(bytes).value();
  IndexReader::Cursor cursor(image->index());
  for (const std::uint32_t number : {4U, 2U}) {
    const auto frame = image->frame_table().frame(cursor, {number}).value();
    bytes[frame.location.offset.value + 20] ^= std::byte{1};
  }
  const Scan scan(*open_tables(bytes, root).value());
  const auto data = [](std::uint32_t number) { return FrameKey{FrameKey::Space::kData, number}; };
  EXPECT_EQ(scan.wrong, (std::vector<FrameKey>{data(2), data(4)}));
  EXPECT_EQ(scan.report.wrong, 2U);
}

}  // namespace
}  // namespace zvfs
