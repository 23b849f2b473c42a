#include "zvfs/diff/frame_twins.h"

#include <gtest/gtest.h>

#include "tests/support/image_forge.h"

namespace zvfs {
namespace {

using testing::ImageForge;

using Answer = FrameTwins::Answer;

std::unique_ptr<ImageTables> open(const ImageForge& forge) {
  return ImageTables::open(std::make_unique<MemorySource>(forge.build()), {}).value();
}

DataFrame frame(const ImageTables& image, std::uint32_t number) {
  IndexReader::Cursor cursor(image.index());
  return image.frame_table().frame(cursor, FrameNumber{number}).value();
}

// The answer for frame `number` of a sound image and of that one.
Answer answer_of(const ImageForge& forge, std::uint32_t number) {
  const auto sound = open({});
  const auto other = open(forge);
  return FrameTwins(*sound, *other).compare(frame(*sound, number), frame(*other, number)).value();
}

TEST(FrameTwins, AreTheSameByTheirCodedBytes) {
  for (std::uint32_t number = 0; number < 6; ++number) {
    EXPECT_EQ(answer_of({}, number), Answer::kSame) << number;
  }
}

TEST(FrameTwins, DifferByTheirContent) {
  ImageForge forge;
  for (auto& content : forge.frames) content.content.front() ^= std::byte{1};
  for (std::uint32_t number = 0; number < 6; ++number) {
    EXPECT_EQ(answer_of(forge, number), Answer::kDiffer) << number;
  }
}

TEST(FrameTwins, DifferByTheirSize) {
  ImageForge forge;
  forge.frames.at(5).content.resize(1023);
  // A checksum that lies: sizes tell even then.
  const auto sound = open({});
  const auto other = open(forge);
  DataFrame shorter = frame(*other, 5);
  shorter.location.checksum = frame(*sound, 5).location.checksum;
  EXPECT_EQ(FrameTwins(*sound, *other).compare(frame(*sound, 5), shorter).value(), Answer::kDiffer);
}

TEST(FrameTwins, AreUnknownWhereTheCodingDiffers) {
  ImageForge forge;
  forge.encoder.codec = Codec::kLz4;
  EXPECT_EQ(answer_of(forge, 0), Answer::kUnknown);  // of another kind
  ImageForge changed;                                // of the same kind and size
  const auto sound = open({});
  ByteVector coded(frame(*sound, 0).location.coded_size);
  ASSERT_TRUE(sound->frames().read_raw(frame(*sound, 0).location.offset, coded));
  coded.back() ^= std::byte{1};
  changed.frames.at(0).coded = coded;
  EXPECT_EQ(answer_of(changed, 0), Answer::kUnknown);
  coded.push_back(std::byte{0});
  changed.frames.at(0).coded = coded;
  EXPECT_EQ(answer_of(changed, 0), Answer::kUnknown);
}

// A source that counts how often it is read, and may fail.
class CountingSource final : public ImageSource {
 public:
  CountingSource(ByteVector bytes, int& reads, bool& fails)
      : bytes_(std::move(bytes)), reads_(reads), fails_(fails) {}
  [[nodiscard]] std::uint64_t size() const override { return bytes_.size(); }
  Result<void> read(std::uint64_t offset, MutableByteSpan out) const override {
    ++reads_;
    if (fails_) return fail(ErrorCode::kIo, "read failed");
    return bytes_.read(offset, out);
  }

 private:
  const MemorySource bytes_;
  int& reads_;
  bool& fails_;
};

TEST(FrameTwins, ReadThePairOfBeforeOnce) {
  int reads = 0;
  bool fails = false;
  const auto image =
      ImageTables::open(std::make_unique<CountingSource>(ImageForge().build(), reads, fails), {})
          .value();
  const DataFrame first = frame(*image, 0);
  const DataFrame second = frame(*image, 1);
  FrameTwins twins(*image, *image);
  reads = 0;
  for (int i = 0; i < 5; ++i) EXPECT_EQ(twins.compare(first, first).value(), Answer::kSame);
  EXPECT_EQ(reads, 2);
  EXPECT_EQ(twins.compare(first, second).value(), Answer::kDiffer);
  EXPECT_EQ(twins.compare(second, second).value(), Answer::kSame);
  EXPECT_EQ(twins.compare(second, first).value(), Answer::kDiffer);
}

TEST(FrameTwins, GiveNoAnswerThatCouldNotBeRead) {
  int reads = 0;
  bool fails = false;
  const auto image =
      ImageTables::open(std::make_unique<CountingSource>(ImageForge().build(), reads, fails), {})
          .value();
  const DataFrame first = frame(*image, 0);
  FrameTwins twins(*image, *image);
  fails = true;
  EXPECT_FALSE(twins.compare(first, first));
  EXPECT_FALSE(twins.compare(first, first));
  fails = false;
  EXPECT_EQ(twins.compare(first, first).value(), Answer::kSame);
}

}  // namespace
}  // namespace zvfs
