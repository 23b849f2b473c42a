#include <array>

#include <gtest/gtest.h>
#include <lz4frame.h>
#include <zstd.h>

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

Coded encode(ByteSpan content, const EncoderOptions& options = {Codec::kZstd, 3}) {
  FrameEncoder encoder(options);
  const EncodedFrame frame = encoder.encode(content).value();
  return {frame.kind, frame.checksum, {frame.bytes.begin(), frame.bytes.end()}};
}

constexpr EncoderOptions kLz4{Codec::kLz4, 1};

// The sizes at which blocks and size fields change.
const std::vector<std::size_t> kSizes = {1,
                                         2,
                                         4,
                                         5,
                                         12,
                                         13,
                                         18,
                                         19,
                                         255,
                                         256,
                                         4095,
                                         4096,
                                         65535,
                                         65536,
                                         65537,
                                         131071,
                                         131072,
                                         131073,
                                         262144,
                                         262145,
                                         1 << 20,
                                         4 << 20,
                                         (4 << 20) + 1,
                                         (8 << 20) + 5};

// Decodes with libzstd's streaming decoder, which the zstd tool uses.
ByteVector decode_by_libzstd(const Coded& coded, std::size_t size) {
  ByteVector decoded(size);
  ZSTD_DCtx* context = ZSTD_createDCtx();
  ZSTD_inBuffer in{coded.bytes.data(), coded.bytes.size(), 0};
  ZSTD_outBuffer out{decoded.data(), decoded.size(), 0};
  EXPECT_EQ(ZSTD_decompressStream(context, &out, &in), 0U);
  ZSTD_freeDCtx(context);
  EXPECT_EQ(in.pos, in.size);
  EXPECT_EQ(ZSTD_getFrameContentSize(coded.bytes.data(), coded.bytes.size()), size);
  return decoded;
}

// Decodes with liblz4's frame decoder, which the lz4 tool uses and which verifies its checksum.
ByteVector decode_by_liblz4(const Coded& coded, std::size_t size) {
  ByteVector decoded(size);
  LZ4F_dctx* context = nullptr;
  LZ4F_createDecompressionContext(&context, LZ4F_VERSION);
  std::size_t consumed = 0;
  std::size_t produced = 0;
  for (std::size_t hint = 1; hint != 0;) {
    std::size_t in = coded.bytes.size() - consumed;
    std::size_t out = size - produced;
    hint = LZ4F_decompress(context, decoded.data() + produced, &out, coded.bytes.data() + consumed,
                           &in, nullptr);
    if (LZ4F_isError(hint) || (in == 0 && out == 0)) {
      ADD_FAILURE() << "liblz4: " << LZ4F_getErrorName(hint);
      break;
    }
    consumed += in;
    produced += out;
  }
  LZ4F_freeDecompressionContext(context);
  EXPECT_EQ(consumed, coded.bytes.size());
  EXPECT_EQ(produced, size);
  return decoded;
}

// Decodes with our decoder and with the library's.
void expect_decodes(const Coded& coded, ByteSpan content) {
  ByteVector decoded(content.size());
  const auto result = FrameDecoder().decode(coded.kind, coded.bytes, coded.checksum, decoded);
  ASSERT_TRUE(result) << result.error().message;
  EXPECT_TRUE(std::ranges::equal(decoded, content));
  const ByteVector again = is_lz4(coded.kind) ? decode_by_liblz4(coded, content.size())
                                              : decode_by_libzstd(coded, content.size());
  EXPECT_TRUE(std::ranges::equal(again, content));
  EXPECT_EQ(coded.checksum, content_checksum(content));
}

TEST(FrameCodec, EveryKindOfZstdRoundTripsAtEverySize) {
  for (const std::size_t size : kSizes) {
    const ByteVector fill(size, std::byte{0xA5});
    EXPECT_EQ(encode(fill).kind, size < 5 ? FrameKind::kStored : FrameKind::kFill);
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

TEST(FrameCodec, EveryKindOfLz4RoundTripsAtEverySize) {
  for (const std::size_t size : kSizes) {
    const ByteVector fill(size, std::byte{0xA5});
    EXPECT_EQ(encode(fill, kLz4).kind, FrameKind::kLz4Fill);
    expect_decodes(encode(fill, kLz4), fill);
    if (size < 2) continue;
    const ByteVector random = random_bytes(size, 1);
    EXPECT_EQ(encode(random, kLz4).kind, FrameKind::kLz4Stored);
    expect_decodes(encode(random, kLz4), random);
    if (size < 255) continue;
    const ByteVector text = text_bytes(size, 1);
    EXPECT_EQ(encode(text, kLz4).kind, FrameKind::kLz4);
    expect_decodes(encode(text, kLz4), text);
  }
}

TEST(FrameCodec, Lz4BlocksThatDoNotShrinkStayInTheFrame) {
  ByteVector content = random_bytes(4 << 20, 1);  // a block of its own
  const ByteVector text = text_bytes(3 << 20, 2);
  content.insert(content.end(), text.begin(), text.end());
  const Coded coded = encode(content, kLz4);
  EXPECT_EQ(coded.kind, FrameKind::kLz4);
  expect_decodes(coded, content);
}

TEST(FrameCodec, FillFramesAreAFewBytes) {
  const ByteVector quarter(std::size_t{256} << 10);
  EXPECT_EQ(encode(quarter).bytes.size(), 9U + 8U + 4U + 4U);
  EXPECT_LT(encode(ByteVector(kMaxFrameSize)).bytes.size(), 600U);
  EXPECT_LT(encode(quarter, kLz4).bytes.size(), quarter.size() / 255 + 50);
}

TEST(FrameCodec, LevelsFromLowestToHighestRoundTrip) {
  const ByteVector text = text_bytes(100'000, 7);
  for (const Codec codec : {Codec::kZstd, Codec::kLz4, Codec::kAdaptive}) {
    const LevelRange range = levels_of(codec);
    for (const int level : {range.min, -5, 1, 2, 3, 9, 10, range.max}) {
      expect_decodes(encode(text, {codec, level}), text);
    }
  }
}

TEST(FrameCodec, EncoderIsReusableAndDeterministic) {
  for (const Codec codec : {Codec::kZstd, Codec::kLz4, Codec::kAdaptive}) {
    FrameEncoder encoder({codec, 9});
    const ByteVector text = text_bytes(50'000, 1);
    const Coded fresh = encode(text, {codec, 9});
    static_cast<void>(encoder.encode(random_bytes(70'000, 1)).value());
    static_cast<void>(encoder.encode(text_bytes(10, 3)).value());
    const ByteSpan again = encoder.encode(text).value().bytes;
    EXPECT_TRUE(std::ranges::equal(again, fresh.bytes));
  }
}

TEST(FrameCodec, RejectsEmptyAndOversizedContent) {
  FrameEncoder encoder({Codec::kZstd, 1});
  EXPECT_EQ(encoder.encode({}).error().code, ErrorCode::kInvalidArgument);
  EXPECT_EQ(encoder.encode(ByteVector(kMaxFrameSize + 1)).error().code, ErrorCode::kTooLarge);
}

// One frame of each kind, to be damaged.
class DamagedFrame : public ::testing::TestWithParam<FrameKind> {
 protected:
  static ByteVector content() {
    switch (GetParam()) {
      case FrameKind::kStored:
      case FrameKind::kLz4Stored:
        return random_bytes(700, 5);
      case FrameKind::kFill:
      case FrameKind::kLz4Fill:
        return ByteVector(140'000, std::byte{9});
      case FrameKind::kZstd:
      case FrameKind::kLz4:
        return text_bytes(3000, 5);
    }
    return {};
  }
  static Coded coded() {
    return encode(content(), {is_lz4(GetParam()) ? Codec::kLz4 : Codec::kZstd, 3});
  }
};

TEST_P(DamagedFrame, EveryFlippedBitIsFoundOrHarmless) {
  const ByteVector original = content();
  Coded frame = coded();
  ASSERT_EQ(frame.kind, GetParam());
  FrameDecoder decoder;
  ByteVector out(original.size());
  for (std::size_t bit = 0; bit < frame.bytes.size() * 8; ++bit) {
    frame.bytes[bit / 8] ^= std::byte(1 << bit % 8);
    const auto result = decoder.decode(frame.kind, frame.bytes, frame.checksum, out);
    if (result) {
      EXPECT_EQ(out, original) << "bit " << bit;
    } else {
      EXPECT_EQ(result.error().code, ErrorCode::kCorrupt);
    }
    frame.bytes[bit / 8] ^= std::byte(1 << bit % 8);
  }
}

TEST_P(DamagedFrame, EveryTruncationIsFound) {
  const ByteVector original = content();
  const Coded frame = coded();
  FrameDecoder decoder;
  ByteVector out(original.size());
  for (std::size_t size = 0; size < frame.bytes.size(); ++size) {
    // A copy of exactly that size, so that a sanitizer sees any byte read beyond it.
    const ByteVector cut(frame.bytes.begin(),
                         frame.bytes.begin() + static_cast<std::ptrdiff_t>(size));
    EXPECT_FALSE(decoder.decode(frame.kind, cut, frame.checksum, out)) << size;
  }
}

TEST_P(DamagedFrame, WrongSizeChecksumOrKindIsFound) {
  const ByteVector original = content();
  const Coded frame = coded();
  FrameDecoder decoder;
  ByteVector smaller(original.size() - 1);
  ByteVector larger(original.size() + 1);
  ByteVector exact(original.size());
  EXPECT_FALSE(decoder.decode(frame.kind, frame.bytes, frame.checksum, smaller));
  EXPECT_FALSE(decoder.decode(frame.kind, frame.bytes, frame.checksum, larger));
  EXPECT_FALSE(decoder.decode(frame.kind, frame.bytes, frame.checksum ^ 1, exact));
  // Stored and fill frames are frames of their container's general kind; nothing else is.
  const FrameKind general = is_lz4(frame.kind) ? FrameKind::kLz4 : FrameKind::kZstd;
  for (std::uint8_t i = 0; i < kFrameKindCount; ++i) {
    const FrameKind other{i};
    const bool accepted = decoder.decode(other, frame.bytes, frame.checksum, exact).has_value();
    EXPECT_EQ(accepted, other == frame.kind || other == general) << to_string(other);
  }
}

TEST_P(DamagedFrame, TrailingBytesAreFound) {
  Coded frame = coded();
  frame.bytes.push_back(std::byte{0});
  ByteVector out(content().size());
  EXPECT_FALSE(FrameDecoder().decode(frame.kind, frame.bytes, frame.checksum, out));
}

INSTANTIATE_TEST_SUITE_P(Kinds, DamagedFrame,
                         ::testing::Values(FrameKind::kZstd, FrameKind::kStored, FrameKind::kFill,
                                           FrameKind::kLz4, FrameKind::kLz4Stored,
                                           FrameKind::kLz4Fill),
                         [](const auto& kind) {
                           std::string name(to_string(kind.param));
                           std::ranges::replace(name, ' ', '_');
                           return name;
                         });

TEST(FrameDecoder, RefusesABombBeforeItUnfolds) {
  // 16 MiB of zeros in a few hundred bytes, where a frame of 4 KiB is expected.
  const ByteVector zeros(kMaxFrameSize);
  ByteVector out(4096);
  const Coded zstd = encode(zeros);
  auto result = FrameDecoder().decode(FrameKind::kZstd, zstd.bytes, zstd.checksum, out);
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().message, "zstd frame's content size is not the expected 4096 bytes");
  const Coded lz4 = encode(zeros, kLz4);
  result = FrameDecoder().decode(FrameKind::kLz4, lz4.bytes, lz4.checksum, out);
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().message, "not an lz4 frame of 4096 bytes");
}

TEST(FrameDecoder, RemembersTheChecksumOfFillsButNotTooLong) {
  FrameDecoder decoder;
  for (const std::byte value : {std::byte{1}, std::byte{2}, std::byte{1}}) {
    for (const std::size_t size : {std::size_t{5000}, std::size_t{5000}, std::size_t{6000}}) {
      const ByteVector content(size, value);
      Coded coded = encode(content);
      ByteVector out(size);
      EXPECT_TRUE(decoder.decode(coded.kind, coded.bytes, coded.checksum, out));
      EXPECT_EQ(out, content);
      // A frame whose own checksum agrees with the index, but not with the content.
      coded.checksum ^= 1;
      coded.bytes[coded.bytes.size() - 4] ^= std::byte{1};
      EXPECT_FALSE(decoder.decode(coded.kind, coded.bytes, coded.checksum, out));
    }
  }
}

TEST(Checksum, IsThatOfTheSpecification) {
  EXPECT_EQ(content_checksum({}), 0x51D8E999U);
  EXPECT_EQ(xxh64(as_bytes("a")), 0xD24EC4F1A98C6E5BULL);
  EXPECT_EQ(xxh32({}), 0x02CC5D05U);
}

}  // namespace
}  // namespace zvfs
