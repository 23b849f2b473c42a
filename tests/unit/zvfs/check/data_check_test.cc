#include "zvfs/check/data_check.h"

#include <gtest/gtest.h>

#include "tests/support/checked_image.h"

namespace zvfs {
namespace {

using testing::CheckedImage;
using testing::ImageForge;
using testing::with_frame_row;

using Problems = CheckedImage::Problems;

// The frames of a forged image, by their sizes: 400, 512, 512, 256, 400, 1024.
constexpr std::uint64_t kStream = 3104;

using Runs = std::vector<std::pair<std::uint64_t, std::uint64_t>>;

struct Outcome {
  std::uint64_t frames = 0;
  std::uint64_t bytes = 0;
  Runs lost;
  Problems problems;
};

Outcome outcome_of(const ImageForge& forge, unsigned threads = 1) {
  CheckedImage image(forge);
  image.context.threads = threads;
  const DataCheckResult result = check_data(image.context);
  Outcome outcome{result.frames, result.decoded_bytes, {}, image.problems};
  for (const LostRun& run : result.lost) {
    outcome.lost.emplace_back(run.begin.value, run.end.value);
  }
  return outcome;
}

// Wrong checksums in the rows of these frames.
ImageForge with_bad_frames(const std::vector<std::size_t>& numbers) {
  ImageForge forge;
  forge.on_frame_rows = [=](std::vector<FrameRecord>& rows) {
    for (const std::size_t number : numbers) rows.at(number).checksum ^= 1;
  };
  return forge;
}

TEST(DataCheck, DecodesAllFrames) {
  for (const unsigned threads : {1U, 3U, 16U}) {
    const Outcome outcome = outcome_of({}, threads);
    EXPECT_EQ(outcome.frames, 6U);
    EXPECT_EQ(outcome.bytes, kStream);
    EXPECT_EQ(outcome.lost, Runs());
    EXPECT_EQ(outcome.problems, Problems());
  }
}

TEST(DataCheck, TellsOfBadFramesInTheirOrder) {
  const Outcome outcome = outcome_of(with_bad_frames({4, 1}), 4);
  EXPECT_EQ(outcome.frames, 4U);
  EXPECT_EQ(outcome.bytes, kStream - 512 - 400);
  EXPECT_EQ(outcome.lost, (Runs{{400, 912}, {1680, 2080}}));
  ASSERT_EQ(outcome.problems.size(), 2U);
  EXPECT_EQ(outcome.problems[0].find("data frame 1 at "), 0U) << outcome.problems[0];
  EXPECT_EQ(outcome.problems[1].find("data frame 4 at "), 0U) << outcome.problems[1];
}

TEST(DataCheck, JoinsRunsThatTouch) {
  EXPECT_EQ(outcome_of(with_bad_frames({0, 1, 2})).lost, (Runs{{0, 1424}}));
  EXPECT_EQ(outcome_of(with_bad_frames({2, 3, 5})).lost, (Runs{{912, 1680}, {2080, kStream}}));
  EXPECT_EQ(outcome_of(with_bad_frames({0, 1, 2, 3, 4, 5})).lost, (Runs{{0, kStream}}));
}

// The check of the frames table reports a row that breaks a limit.
TEST(DataCheck, LosesFramesWhoseRowsAreWrongWithoutAWord) {
  ImageForge forge;
  with_frame_row(3, [](auto& r) { r.kind = 200; })(forge);
  const Outcome outcome = outcome_of(forge);
  EXPECT_EQ(outcome.frames, 5U);
  EXPECT_EQ(outcome.lost, (Runs{{1424, 1680}}));
  EXPECT_EQ(outcome.problems, Problems());
}

TEST(DataCheck, KeepsLostRunsWithinTheStream) {
  ImageForge forge;  // frame 4 seems to end, and frame 5 to begin, far behind the stream
  with_frame_row(5, [](auto& r) { r.stream_offset = std::uint64_t{1} << 40; })(forge);
  const Outcome outcome = outcome_of(forge);
  EXPECT_EQ(outcome.lost, (Runs{{1680, kStream}}));
}

// An image of frames of one byte value, and nothing else.
ImageForge with_plain_frames(std::size_t count, std::size_t size) {
  ImageForge forge;
  forge.frames.assign(count, {ByteVector(size, std::byte{'x'}), {}, {}});
  forge.frame_files.clear();
  forge.first_files.assign(count + 1, 0);
  forge.inodes.resize(1);
  forge.inode(1).count = 0;
  forge.dentries.clear();
  return forge;
}

// Every second frame has no valid row, so that each of the others may begin where the image does:
// without a limit, any number of frames could be decoded from the same bytes.
TEST(DataCheck, DecodesNoMoreThanTheDataHas) {
  ImageForge forge = with_plain_frames(8, 1024);
  std::uint64_t data_size = 0;
  forge.on_frame_rows = [&](std::vector<FrameRecord>& rows) {
    data_size = rows.back().image_offset;
    for (std::size_t i = 0; i < 8; ++i) rows[i].image_offset = i % 2 == 0 ? 0 : data_size / 2;
  };
  CheckedImage image(forge);
  EXPECT_EQ(check_data(image.context).frames, 0U);
  const FrameReaderStats stats = image.tables().frames().stats();
  EXPECT_EQ(stats.failures, 2U);  // of two that take all data together
  ASSERT_EQ(image.problems.size(), 3U);
  EXPECT_EQ(image.problems[0],
            fmt::format("data frames: they overlap, and take more than the {} bytes; not decoded",
                        data_size));
}

// Every index frame of the frames table is damaged, and each is tried a few times only, however
// many data frames have their rows in it.
TEST(DataCheck, TriesDamagedIndexFramesFewTimes) {
  ImageForge forge = with_plain_frames(20'000, 256);
  std::uint32_t index_frames = 0;
  forge.on_header = [&](IndexHeader& header) { index_frames = header.index_frame_count; };
  forge.on_index = [&](ByteVector& index) {
    for (std::uint32_t i = 0; i < index_frames; ++i) {
      index.at(8 + 320 + std::size_t{i} * 16 + 12) ^= std::byte{1};  // its checksum
    }
  };
  CheckedImage image(forge);
  const DataCheckResult result = check_data(image.context);
  ASSERT_GE(index_frames, 20U);
  EXPECT_EQ(result.frames, 0U);
  EXPECT_LE(image.tables().frames().stats().failures, std::uint64_t{index_frames} * 4);
}

TEST(DataCheck, CountsProgress) {
  CheckProgress progress;
  CheckedImage image(with_bad_frames({1}));
  image.context.progress = &progress;
  check_data(image.context);
  EXPECT_EQ(progress.bytes_done, kStream);  // bad frames are done, too
}

// A frame that decodes, but not from the bytes that were hashed.
TEST(DataCheck, ComparesFramesWithTheirDigests) {
  ImageForge forge;
  forge.has_digests = true;
  EXPECT_EQ(outcome_of(forge).problems, Problems());
  forge.on_rows = [](Table table, ByteVector& rows) {
    if (table != Table::kFrameDigests) return;
    for (const std::size_t number : {4U, 1U}) rows.at(32 * number) ^= std::byte{1};
  };
  const Outcome outcome = outcome_of(forge, 4);
  EXPECT_EQ(outcome.frames, 6U);
  EXPECT_EQ(outcome.lost, Runs());
  ASSERT_EQ(outcome.problems.size(), 2U);
  EXPECT_EQ(outcome.problems[0].find("data frame 1 at "), 0U) << outcome.problems[0];
  EXPECT_EQ(outcome.problems[1].find("data frame 4 at "), 0U) << outcome.problems[1];
}

}  // namespace
}  // namespace zvfs
