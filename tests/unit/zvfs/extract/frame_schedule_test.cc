#include "zvfs/extract/frame_schedule.h"

#include <algorithm>
#include <map>
#include <set>
#include <thread>

#include <gtest/gtest.h>

namespace zvfs {
namespace {

DataRun run(std::uint32_t first, std::uint32_t last) {
  return DataRun{
      .item = 0, .first = {first}, .last = {last}, .begin = {}, .length = 1, .file_offset = 0};
}

// Frames of each task, as [begin, end), with the runs' places in `runs`.
struct Turn {
  std::uint32_t begin;
  std::uint32_t end;
  std::vector<std::size_t> runs;
  bool operator==(const Turn&) const = default;
};

std::vector<Turn> turns_of(const std::vector<DataRun>& runs, unsigned threads = 1) {
  FrameSchedule schedule(runs, threads);
  std::vector<Turn> turns;
  FrameSchedule::Task task;
  while (schedule.next(task)) {
    Turn turn{task.begin, task.end, {}};
    for (const DataRun* const touched : task.runs) {
      turn.runs.push_back(static_cast<std::size_t>(touched - runs.data()));
    }
    turns.push_back(turn);
  }
  EXPECT_FALSE(schedule.next(task));  // nor ever again
  return turns;
}

TEST(FrameSchedule, EndsAtOnceWithoutRuns) { EXPECT_TRUE(turns_of({}).empty()); }

TEST(FrameSchedule, GivesOutFramesInTheirOrder) {
  EXPECT_EQ(turns_of({run(3, 3), run(4, 4), run(4, 4)}),
            (std::vector<Turn>{{3, 4, {0}}, {4, 5, {1, 2}}}));
}

TEST(FrameSchedule, GivesARunToEachFrameThatItTouches) {
  EXPECT_EQ(turns_of({run(0, 2), run(1, 1), run(2, 3)}),
            (std::vector<Turn>{{0, 1, {0}}, {1, 2, {0, 1}}, {2, 3, {0, 2}}, {3, 4, {2}}}));
}

TEST(FrameSchedule, PassesOverFramesWithoutRuns) {
  EXPECT_EQ(turns_of({run(1, 1), run(7, 7)}), (std::vector<Turn>{{1, 2, {0}}, {7, 8, {1}}}));
}

// Every run comes with all frames that it touches, and each of them comes once.
void expect_all(const std::vector<DataRun>& runs, unsigned threads) {
  std::map<std::uint32_t, std::set<std::size_t>> runs_of_frame;
  for (const Turn& turn : turns_of(runs, threads)) {
    EXPECT_LE(turn.end - turn.begin, 16U);
    for (std::uint32_t frame = turn.begin; frame < turn.end; ++frame) {
      EXPECT_FALSE(runs_of_frame.contains(frame)) << frame;
      runs_of_frame[frame].insert(turn.runs.begin(), turn.runs.end());
    }
  }
  for (std::size_t i = 0; i < runs.size(); ++i) {
    for (std::uint32_t frame = runs[i].first.value; frame <= runs[i].last.value; ++frame) {
      EXPECT_TRUE(runs_of_frame[frame].contains(i)) << "run " << i << ", frame " << frame;
    }
  }
}

TEST(FrameSchedule, GivesOutNeighbouringFramesTogether) {
  std::vector<DataRun> runs;
  for (std::uint32_t frame = 0; frame < 1000; frame += 3)
    runs.push_back(run(frame, frame + frame % 7));
  for (const unsigned threads : {1U, 2U, 16U}) expect_all(runs, threads);
  EXPECT_EQ(turns_of(runs, 1).front().end, 16U);
  // 8 turns for each of 16 threads: some 1,000 frames in tasks of 7.
  EXPECT_EQ(turns_of(runs, 16).front().end, 7U);
}

TEST(FrameSchedule, GivesEachFrameToOneThread) {
  std::vector<DataRun> runs;
  for (std::uint32_t frame = 0; frame < 20'000; ++frame) runs.push_back(run(frame, frame));
  FrameSchedule schedule(runs, 4);
  std::vector<std::vector<std::uint32_t>> taken(4);
  {
    std::vector<std::jthread> threads;
    for (auto& mine : taken) {
      threads.emplace_back([&] {
        FrameSchedule::Task task;
        while (schedule.next(task)) {
          for (std::uint32_t frame = task.begin; frame < task.end; ++frame) mine.push_back(frame);
        }
      });
    }
  }
  std::vector<std::uint32_t> all;
  for (const auto& mine : taken) all.insert(all.end(), mine.begin(), mine.end());
  std::ranges::sort(all);
  ASSERT_GE(all.size(), 20'000U);
  for (std::uint32_t i = 0; i < all.size(); ++i) ASSERT_EQ(all[i], i);
}

}  // namespace
}  // namespace zvfs
