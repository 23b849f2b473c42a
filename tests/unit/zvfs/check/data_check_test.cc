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

TEST(DataCheck, CountsProgress) {
  CheckProgress progress;
  CheckedImage image(with_bad_frames({1}));
  image.context.progress = &progress;
  check_data(image.context);
  EXPECT_EQ(progress.bytes_done, kStream);  // bad frames are done, too
}

}  // namespace
}  // namespace zvfs
