#include "zvfs/repair/frame_walk.h"

#include <random>
#include <string>

#include <gtest/gtest.h>

#include "codecs/checksum.h"
#include "codecs/frame_encoder.h"
#include "format/image_source.h"
#include "tests/support/counting_source.h"
#include "tests/support/image_forge.h"

namespace zvfs::testing {
namespace {

ByteVector bytes_of(std::string_view text) {
  const ByteSpan bytes = as_bytes(text);
  return {bytes.begin(), bytes.end()};
}

ByteVector noise(std::size_t size, unsigned seed) {
  std::mt19937 random(seed);
  ByteVector bytes(size);
  for (std::byte& byte : bytes) byte = static_cast<std::byte>(random());
  return bytes;
}

ByteVector frame_of(ByteSpan content, Codec codec = Codec::kZstd) {
  FrameEncoder encoder({.codec = codec, .level = 3});
  const EncodedFrame frame = encoder.encode(content).value();
  return {frame.bytes.begin(), frame.bytes.end()};
}

ByteVector joined(std::initializer_list<ByteVector> parts) {
  ByteVector all;
  for (const ByteVector& part : parts) all.insert(all.end(), part.begin(), part.end());
  return all;
}

FrameWalkResult walk(ByteVector bytes) {
  const MemorySource source(std::move(bytes));
  return FrameWalk(source, nullptr).run().value();
}

const std::string kText(5000, 'x');

// `pattern` again and again, `size` bytes.
ByteVector repeated(std::string_view pattern, std::size_t size) {
  const ByteVector part = bytes_of(pattern);
  ByteVector bytes;
  while (bytes.size() < size) bytes.insert(bytes.end(), part.begin(), part.end());
  return bytes;
}

TEST(FrameWalk, FindsFramesOfEveryKind) {
  const ByteVector text = bytes_of("some text, some text, some text, some text, some more text");
  for (const Codec codec : {Codec::kZstd, Codec::kLz4}) {
    const bool lz4 = codec == Codec::kLz4;
    const FrameWalkResult found =
        walk(joined({frame_of(text, codec), frame_of(noise(3000, 1), codec),
                     frame_of(as_bytes(kText), codec)}));
    ASSERT_EQ(found.frames.size(), 3U);
    EXPECT_TRUE(found.gaps.empty());
    EXPECT_EQ(found.frames[0].kind, lz4 ? FrameKind::kLz4 : FrameKind::kZstd);
    EXPECT_EQ(found.frames[1].kind, lz4 ? FrameKind::kLz4Stored : FrameKind::kStored);
    EXPECT_EQ(found.frames[2].kind, lz4 ? FrameKind::kLz4Fill : FrameKind::kFill);
    EXPECT_EQ(found.frames[0].checksum, content_checksum(text));
    EXPECT_EQ(found.frames[2].decoded_size, kText.size());
    for (const FoundFrame& frame : found.frames) EXPECT_TRUE(frame.is_keepable);
  }
}

TEST(FrameWalk, GoesOnBehindDamage) {
  const ByteVector first = frame_of(noise(3000, 1));
  ByteVector second = frame_of(noise(4000, 2));
  const ByteVector third = frame_of(noise(2000, 3));
  second[2000] ^= std::byte{1};
  const FrameWalkResult found = walk(joined({first, second, third}));
  ASSERT_EQ(found.frames.size(), 2U);
  EXPECT_FALSE(found.frames[0].follows_gap);
  EXPECT_TRUE(found.frames[1].follows_gap);
  EXPECT_EQ(found.frames[1].coded.begin, first.size() + second.size());
  ASSERT_EQ(found.gaps.size(), 1U);
  EXPECT_EQ(found.gaps[0].begin, first.size());
  EXPECT_EQ(found.gaps[0].end, first.size() + second.size());
}

// Bytes that look like a frame within a damaged one count as a frame only if they decode.
TEST(FrameWalk, FalseMagicsAreNoFrames) {
  ByteVector garbage = noise(10'000, 4);
  for (std::size_t i = 0; i + 16 < garbage.size(); i += 97) {
    const ByteVector magic = bytes_of(std::string("\x28\xB5\x2F\xFD\xA4\x00\x10\x00\x00", 9));
    std::copy(magic.begin(), magic.end(), garbage.begin() + static_cast<std::ptrdiff_t>(i));
  }
  const ByteVector frame = frame_of(as_bytes(kText));
  const FrameWalkResult found = walk(joined({garbage, frame, garbage}));
  ASSERT_EQ(found.frames.size(), 1U);
  EXPECT_EQ(found.frames[0].coded.begin, garbage.size());
  EXPECT_EQ(found.gaps.size(), 2U);
}

TEST(FrameWalk, SkippableFramesAreNoGaps) {
  const ByteVector skippable =
      bytes_of(std::string("\x50\x2A\x4D\x18\x03\x00\x00\x00"
                           "abc",
                           11));
  const ByteVector frame = frame_of(as_bytes(kText));
  const FrameWalkResult found = walk(joined({skippable, frame, skippable, frame, skippable}));
  EXPECT_EQ(found.frames.size(), 2U);
  EXPECT_TRUE(found.gaps.empty());
}

// A damaged size would skip intact frames.
TEST(FrameWalk, SkippableFramesThatEndNowhereAreGaps) {
  const ByteVector wrong =
      bytes_of(std::string("\x50\x2A\x4D\x18\x05\x00\x00\x00"
                           "abc",
                           11));
  const ByteVector frame = frame_of(as_bytes(kText));
  const FrameWalkResult found = walk(joined({wrong, frame}));
  ASSERT_EQ(found.frames.size(), 1U);
  EXPECT_EQ(found.frames[0].coded.begin, wrong.size());
  EXPECT_EQ(found.gaps.size(), 1U);
}

TEST(FrameWalk, FindsTheIndexWhateverFollowsIt) {
  const ByteVector image = ImageForge().build();
  const FrameWalkResult whole = walk(image);
  ASSERT_EQ(whole.indexes.size(), 1U);
  EXPECT_TRUE(whole.gaps.empty());
  ByteVector damaged = image;
  damaged.resize(whole.indexes[0].end);
  damaged.resize(damaged.size() + 4);
  EXPECT_EQ(walk(damaged).indexes.size(), 1U);
  damaged[whole.indexes[0].begin + 100] ^= std::byte{1};  // in the header
  EXPECT_TRUE(walk(damaged).indexes.empty());
}

// What a walk over each of these reads, though they look like a frame at every few bytes.
TEST(FrameWalk, ReadsBytesThatLookLikeFramesAboutOnce) {
  using namespace std::string_view_literals;
  constexpr std::size_t kSize = 4 << 20;
  const struct {
    const char* what;
    std::string_view pattern;
    double most;  // of the file's size
  } cases[] = {
      {"skippable frames beyond the end", "\x50\x2A\x4D\x18"sv, 1.1},
      {"lz4 frames with a wrong header", "\x04\x22\x4D\x18"sv, 1.1},
      {"skippable frames that end in garbage", "\x50\x2A\x4D\x18\x03\x00\x00\x00"sv, 1.1},
      {"skippable frames of no bytes", "\x50\x2A\x4D\x18\x00\x00\x00\x00"sv, 1.1},
      {"index frames without a header", "\x5D\x2A\x4D\x18\x48\x01\x00\x00"sv, 1.1},
      {"zstd frames of a reserved kind", "\x28\xB5\x2F\xFD\x08"sv, 2},
      {"zstd frames that end at once", "\x28\xB5\x2F\xFD"sv, 2},
  };
  for (const auto& [what, pattern, most] : cases) {
    const CountingSource source(repeated(pattern, kSize));
    ASSERT_TRUE(FrameWalk(source, nullptr).run()) << what;
    EXPECT_LE(static_cast<double>(source.bytes_read), most * kSize) << what;
    EXPECT_LE(source.reads, 100U) << what;
  }
}

// Skippable frames that end in another part of the file each cost a small read, and its share of
// the effort: 1 GiB and 16 times the file's size, at 4 KiB a look.
TEST(FrameWalk, LimitsLooksAtOtherParts) {
  constexpr std::size_t kSize = 8 << 20;
  const CountingSource source(
      repeated(std::string_view("\x50\x2A\x4D\x18\x03\x00\x20\x00", 8), kSize));
  ASSERT_TRUE(FrameWalk(source, nullptr).run());
  EXPECT_LE(source.reads, ((1ULL << 30) + 16 * kSize) / 4096 + 100);
  EXPECT_LE(source.bytes_read, 2 * kSize);
}

// A frame with no content that goes on to the end of the file, in blocks of no bytes: each of the
// many places where it may begin costs a read of all, until the effort is spent.
TEST(FrameWalk, ChargesBytesThatDecodeToNothing) {
  constexpr std::size_t kSize = 8 << 20;
  constexpr std::uint64_t kEffort = 64 << 20;
  ByteVector bytes;
  const ByteVector start = bytes_of(std::string_view("\x28\xB5\x2F\xFD\x00\x50", 6));
  for (int i = 0; i < 1000; ++i) {
    // A raw block that holds the starts after this one.
    const auto rest = static_cast<std::uint32_t>((999 - i) * 9);
    bytes.insert(bytes.end(), start.begin(), start.end());
    for (const std::uint32_t shift : {0U, 8U, 16U}) {
      bytes.push_back(static_cast<std::byte>(rest << 3 >> shift));
    }
  }
  bytes.resize(kSize);  // blocks of no bytes
  const CountingSource source(std::move(bytes));
  ASSERT_TRUE(FrameWalk(source, nullptr, kEffort).run());
  EXPECT_GE(source.bytes_read, kEffort);
  EXPECT_LE(source.bytes_read, kEffort + 20 * kSize);
}

TEST(FrameWalk, NothingInNothing) {
  EXPECT_TRUE(walk({}).frames.empty());
  EXPECT_TRUE(walk(noise(3, 5)).frames.empty());
  EXPECT_EQ(walk(noise(3000, 6)).gaps.size(), 1U);
}

}  // namespace
}  // namespace zvfs::testing
