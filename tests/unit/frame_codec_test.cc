#include <gtest/gtest.h>
#include <zstd.h>

#include "codecs/block_frame.h"
#include "codecs/checksum.h"
#include "codecs/frame_decoder.h"
#include "codecs/frame_encoder.h"
#include "tests/support/image_forge.h"

namespace zvfs {
namespace {

using testing::random_bytes;
using testing::text_bytes;

struct Coded {
  FrameKind kind;
  std::uint32_t checksum;
  ByteVector bytes;
};

Coded encode(ByteSpan content, int level = 3) {
  FrameEncoder encoder(level);
  const EncodedFrame frame = encoder.encode(content).value();
  return {frame.kind, frame.checksum, {frame.bytes.begin(), frame.bytes.end()}};
}

// The sizes at which blocks and size fields change.
const std::vector<std::size_t> kSizes = {1,      2,      255,    256,    65535,  65536,
                                         131071, 131072, 131073, 262144, 1 << 20};

// Decodes with our decoder and with libzstd's streaming one, which the zstd tool uses.
void expect_decodes(const Coded& coded, ByteSpan content) {
  ByteVector decoded(content.size());
  const auto result = FrameDecoder().decode(coded.kind, coded.bytes, coded.checksum, decoded);
  ASSERT_TRUE(result) << result.error().message;
  EXPECT_TRUE(std::ranges::equal(decoded, content));

  ByteVector streamed(content.size());
  ZSTD_DCtx* context = ZSTD_createDCtx();
  ZSTD_inBuffer in{coded.bytes.data(), coded.bytes.size(), 0};
  ZSTD_outBuffer out{streamed.data(), streamed.size(), 0};
  EXPECT_EQ(ZSTD_decompressStream(context, &out, &in), 0U);
  ZSTD_freeDCtx(context);
  EXPECT_EQ(in.pos, in.size);
  EXPECT_TRUE(std::ranges::equal(streamed, content));
  EXPECT_EQ(ZSTD_getFrameContentSize(coded.bytes.data(), coded.bytes.size()), content.size());
}

TEST(FrameCodec, EveryKindRoundTripsAtEverySize) {
  for (const std::size_t size : kSizes) {
    const ByteVector fill(size, std::byte{0xA5});
    EXPECT_EQ(encode(fill).kind, FrameKind::kFill);
    expect_decodes(encode(fill), fill);
    if (size < 2) continue;
    const ByteVector random = random_bytes(size, 1);
    EXPECT_EQ(encode(random).kind, FrameKind::kStored);
    expect_decodes(encode(random), random);
    if (size < 255) continue;
    const ByteVector text = text_bytes(size, 1);
    EXPECT_EQ(encode(text).kind, FrameKind::kZstd);
    expect_decodes(encode(text), text);
  }
}

TEST(FrameCodec, FillFramesAreAFewBytes) {
  EXPECT_EQ(encode(ByteVector(std::size_t{256} << 10)).bytes.size(), 9U + 8U + 4U + 4U);
  EXPECT_LT(encode(ByteVector(kMaxFrameSize)).bytes.size(), 600U);
}

TEST(FrameCodec, LevelsFromLowestToHighestRoundTrip) {
  const ByteVector text = text_bytes(100'000, 7);
  for (const int level : {FrameEncoder::min_level(), -5, 1, 9, FrameEncoder::max_level()}) {
    expect_decodes(encode(text, level), text);
  }
}

TEST(FrameCodec, EncoderIsReusableAndDeterministic) {
  FrameEncoder encoder(9);
  const ByteVector text = text_bytes(50'000, 1);
  const Coded fresh = encode(text, 9);
  static_cast<void>(encoder.encode(random_bytes(70'000, 1)).value());
  static_cast<void>(encoder.encode(text_bytes(10, 3)).value());
  const ByteSpan again = encoder.encode(text).value().bytes;
  EXPECT_TRUE(std::ranges::equal(again, fresh.bytes));
}

TEST(FrameCodec, RejectsEmptyAndOversizedContent) {
  FrameEncoder encoder(1);
  EXPECT_EQ(encoder.encode({}).error().code, ErrorCode::kInvalidArgument);
  EXPECT_EQ(encoder.encode(ByteVector(kMaxFrameSize + 1)).error().code, ErrorCode::kTooLarge);
}

class DamagedFrame : public ::testing::TestWithParam<FrameKind> {
 protected:
  static ByteVector content() {
    switch (GetParam()) {
      case FrameKind::kStored:
        return random_bytes(700, 5);
      case FrameKind::kFill:
        return ByteVector(140'000, std::byte{9});
      case FrameKind::kZstd:
        return text_bytes(3000, 5);
    }
    return {};
  }
};

TEST_P(DamagedFrame, EveryFlippedBitIsFoundOrHarmless) {
  const ByteVector original = content();
  Coded coded = encode(original);
  ASSERT_EQ(coded.kind, GetParam());
  FrameDecoder decoder;
  ByteVector out(original.size());
  for (std::size_t bit = 0; bit < coded.bytes.size() * 8; ++bit) {
    coded.bytes[bit / 8] ^= std::byte(1 << bit % 8);
    const auto result = decoder.decode(coded.kind, coded.bytes, coded.checksum, out);
    if (result) {
      EXPECT_EQ(out, original) << "bit " << bit;
    } else {
      EXPECT_EQ(result.error().code, ErrorCode::kCorrupt);
    }
    coded.bytes[bit / 8] ^= std::byte(1 << bit % 8);
  }
}

TEST_P(DamagedFrame, EveryTruncationIsFound) {
  const ByteVector original = content();
  const Coded coded = encode(original);
  FrameDecoder decoder;
  ByteVector out(original.size());
  for (std::size_t size = 0; size < coded.bytes.size(); ++size) {
    // A copy of exactly that size, so that a sanitizer sees any byte read beyond it.
    const ByteVector cut(coded.bytes.begin(),
                         coded.bytes.begin() + static_cast<std::ptrdiff_t>(size));
    EXPECT_FALSE(decoder.decode(coded.kind, cut, coded.checksum, out)) << size;
  }
}

TEST_P(DamagedFrame, WrongSizeChecksumOrKindIsFound) {
  const ByteVector original = content();
  const Coded coded = encode(original);
  FrameDecoder decoder;
  ByteVector smaller(original.size() - 1);
  ByteVector larger(original.size() + 1);
  ByteVector exact(original.size());
  EXPECT_FALSE(decoder.decode(coded.kind, coded.bytes, coded.checksum, smaller));
  EXPECT_FALSE(decoder.decode(coded.kind, coded.bytes, coded.checksum, larger));
  EXPECT_FALSE(decoder.decode(coded.kind, coded.bytes, coded.checksum ^ 1, exact));
  for (const FrameKind other : {FrameKind::kStored, FrameKind::kFill}) {
    if (other == coded.kind) continue;
    EXPECT_FALSE(decoder.decode(other, coded.bytes, coded.checksum, exact));
  }
  // All kinds are zstd frames.
  EXPECT_TRUE(decoder.decode(FrameKind::kZstd, coded.bytes, coded.checksum, exact));
}

INSTANTIATE_TEST_SUITE_P(Kinds, DamagedFrame,
                         ::testing::Values(FrameKind::kZstd, FrameKind::kStored, FrameKind::kFill),
                         [](const auto& kind) { return std::string(to_string(kind.param)); });

TEST(FrameDecoder, RefusesABombBeforeItUnfolds) {
  // 16 MiB of zeros in a few hundred bytes, where a frame of 4 KiB is expected.
  const Coded bomb = encode(ByteVector(kMaxFrameSize));
  ByteVector out(4096);
  const auto result = FrameDecoder().decode(FrameKind::kZstd, bomb.bytes, bomb.checksum, out);
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().message, "zstd frame's content size is not the 4096 bytes expected");
}

TEST(Checksum, IsThatOfTheSpecification) {
  EXPECT_EQ(content_checksum({}), 0x51D8E999U);
  EXPECT_EQ(xxh64(as_bytes("a")), 0xD24EC4F1A98C6E5BULL);
}

}  // namespace
}  // namespace zvfs
