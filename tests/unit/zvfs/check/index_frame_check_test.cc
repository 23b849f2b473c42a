#include "zvfs/check/index_frame_check.h"

#include <algorithm>
#include <cstring>

#include <gtest/gtest.h>

#include "tests/support/checked_image.h"

namespace zvfs {
namespace {

using testing::CheckedImage;
using testing::ImageForge;
using testing::with_header;

using Problems = CheckedImage::Problems;

void check(CheckedImage& image) { EXPECT_TRUE(check_index_frames(image.context)); }

// Where things lie in the index of a forged image, which has one index frame.
constexpr std::size_t kDirectory = 8 + 320;
constexpr std::size_t kFrames = kDirectory + 16;
constexpr std::size_t kNestedTable = 8 + 12 + 9;

auto with_index_byte(std::size_t offset) {
  return [=](ImageForge& forge) {
    forge.on_index = [=](ByteVector& index) { index.at(offset) ^= std::byte{1}; };
  };
}

auto with_index_byte_from_end(std::size_t offset) {
  return [=](ImageForge& forge) {
    forge.on_index = [=](ByteVector& index) { index.at(index.size() - offset) ^= std::byte{1}; };
  };
}

auto with_header_byte(std::size_t offset) {
  return [=](ImageForge& forge) {
    forge.on_header_bytes = [=](ByteVector& bytes) { bytes.at(offset) = std::byte{1}; };
  };
}

std::vector<std::string> problems_of(const std::function<void(ImageForge&)>& breach) {
  ImageForge forge;
  breach(forge);
  CheckedImage image(forge);
  check(image);
  return image.problems;
}

TEST(IndexFrameCheck, WantsZerosInTheHeader) {
  const Problems not_zero = {"index header: zero fields, or bytes after the builder, are not zero"};
  testing::expect_problems(check, {{with_header_byte(250), not_zero},
                                   // "image forge" has 11 of the 40 bytes that end at 312
                                   {with_header_byte(311), not_zero},
                                   {with_header_byte(312 - 40 + 12), not_zero}});
}

TEST(IndexFrameCheck, WantsTablesInTheirOrder) {
  // The extents (two rows of 32 bytes) where the inodes are.
  const Problems problems = problems_of(with_header([](auto& h) { h.tables[3].offset.value = 0; }));
  ASSERT_EQ(problems.size(), 1U);
  EXPECT_EQ(problems[0].find("index header: table 3 at 0 begins before "), 0U) << problems[0];
}

TEST(IndexFrameCheck, WantsIndexFramesOneAfterAnother) {
  const Problems problems = problems_of(with_index_byte(kDirectory));
  ASSERT_GE(problems.size(), 1U);
  EXPECT_EQ(problems[0], "index directory: frame 0: offset 1 is not 0, the end of the last");
}

TEST(IndexFrameCheck, WantsTheNestedSeekTableBehindThem) {
  // The frame's size in the directory, one less or more.
  const Problems problems = problems_of(with_index_byte(kDirectory + 8));
  ASSERT_GE(problems.size(), 1U);
  EXPECT_EQ(problems[0].find("nested seek table: "), 0U) << problems[0];
  // One more, and too few are left.
  const Problems more = problems_of([](ImageForge& forge) {
    forge.on_index = [](ByteVector& index) {
      index.at(kDirectory + 8) =
          static_cast<std::byte>(std::to_integer<int>(index.at(kDirectory + 8)) + 1);
    };
  });
  ASSERT_GE(more.size(), 1U);
  EXPECT_NE(more[0].find(": 28 bytes at "), std::string::npos) << more[0];
  EXPECT_NE(more[0].find(" are fewer than the 29 of 1 entries"), std::string::npos) << more[0];
}

// Puts bytes at the end of the index frame, as a feature may.
auto with_reserved_bytes(std::size_t count) {
  return [=](ImageForge& forge) {
    forge.on_index = [=](ByteVector& index) {
      index.resize(index.size() + count, std::byte{0x5A});
      const auto set = [&](std::size_t offset, auto value) {
        std::memcpy(index.data() + offset, &value, sizeof value);
      };
      IndexHeader header =
          IndexHeader::parse(ByteSpan(index).subspan(8, 320), index.size() - count, 1 << 30)
              .value();
      header.image_size += count;
      set(4, static_cast<std::uint32_t>(index.size() - 8));
      std::ranges::copy(header.encode(), index.begin() + 8);
    };
  };
}

TEST(IndexFrameCheck, AcceptsBytesBehindTheNestedSeekTable) {
  EXPECT_EQ(problems_of(with_reserved_bytes(1)), Problems());
  EXPECT_EQ(problems_of(with_reserved_bytes(1000)), Problems());
}

TEST(IndexFrameCheck, AcceptsWhatMayBelongToUnknownFeatures) {
  for (const std::size_t features : {12U, 16U}) {  // compat, ro-compat
    EXPECT_EQ(problems_of([=](ImageForge& forge) {
                forge.on_header_bytes = [=](ByteVector& bytes) {
                  bytes.at(features + 3) = std::byte{0x80};
                  bytes.at(250) = bytes.at(311) = std::byte{1};
                };
              }),
              Problems());
  }
}

auto with_digests(const std::function<void(ImageForge&)>& breach) {
  return [=](ImageForge& forge) {
    forge.has_digests = true;
    breach(forge);
  };
}

TEST(IndexFrameCheck, ComparesIndexFramesWithTheirDigests) {
  EXPECT_EQ(problems_of(with_digests([](ImageForge&) {})), Problems());
  const Problems problems = problems_of(with_digests(with_index_byte_from_end(1)));
  ASSERT_EQ(problems.size(), 1U);
  EXPECT_EQ(problems[0].find("index frame 0 at "), 0U) << problems[0];
  EXPECT_NE(problems[0].find(": its bytes have the digest sha256:"), std::string::npos);
}

TEST(IndexFrameCheck, WantsIndexDigestsBehindTheNestedSeekTable) {
  const Problems problems =
      problems_of(with_digests(with_header([](auto& header) { --header.index_digests; })));
  ASSERT_EQ(problems.size(), 2U);  // and it is not the digest
  EXPECT_EQ(problems[0].find("index digests: "), 0U) << problems[0];
}

TEST(IndexFrameCheck, WantsZerosBehindTheDigestsInTheHeader) {
  EXPECT_EQ(problems_of(with_digests(with_header_byte(272))).size(), 1U);
}

TEST(IndexFrameCheck, ComparesTheNestedSeekTable) {
  const auto begins = [](const Problems& problems, std::string_view with) {
    return problems.size() == 1 && problems[0].find(with) == 0;
  };
  EXPECT_TRUE(begins(problems_of(with_index_byte_from_end(kNestedTable)),
                     "nested seek table: magic 0x184d2a5f at "));
  EXPECT_TRUE(begins(problems_of(with_index_byte_from_end(kNestedTable - 4)),
                     "nested seek table: size 20 is not the 21 of 1 entries"));
  for (const std::size_t field : {8U, 12U, 16U}) {  // sizes, checksum
    EXPECT_TRUE(begins(problems_of(with_index_byte_from_end(kNestedTable - field)),
                       "nested seek table: entry 0: "));
  }
  EXPECT_TRUE(begins(problems_of(with_index_byte_from_end(9)),
                     "nested seek table: no footer of 1 entries at "));
}

TEST(IndexFrameCheck, NotesWhetherAllFramesCanBeRead) {
  CheckedImage sound((ImageForge()));
  check(sound);
  EXPECT_TRUE(sound.context.index_is_whole);
  ImageForge forge;
  with_index_byte(kFrames + 30)(forge);
  CheckedImage damaged(forge);
  check(damaged);
  EXPECT_FALSE(damaged.context.index_is_whole);
  ASSERT_EQ(damaged.problems.size(), 1U);
  EXPECT_EQ(damaged.problems[0].find("index frame 0 at "), 0U) << damaged.problems[0];
}

TEST(IndexFrameCheck, TellsOfDamagedFramesInTheirOrder) {
  ImageForge forge;  // strings that fill several index frames
  forge.strings += std::string(200'000, 'x');
  CheckedImage sound(forge);
  const std::uint32_t count = sound.tables().header().index_frame_count;
  ASSERT_GE(count, 7U);
  forge.on_index = [&](ByteVector& index) {
    for (const std::uint32_t damaged : {5U, 2U}) {
      index.at(8 + 320 + damaged * 16 + 12) ^= std::byte{1};  // its checksum
    }
  };
  CheckedImage image(forge);
  image.context.threads = 4;
  check(image);
  // The nested seek table still has the checksums as they were.
  ASSERT_EQ(image.problems.size(), 4U);
  EXPECT_EQ(image.problems[0].find("nested seek table: entry 2: "), 0U);
  EXPECT_EQ(image.problems[1].find("nested seek table: entry 5: "), 0U);
  EXPECT_EQ(image.problems[2].find("index frame 2 at "), 0U);
  EXPECT_EQ(image.problems[3].find("index frame 5 at "), 0U);
}

}  // namespace
}  // namespace zvfs
