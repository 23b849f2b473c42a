#include "zvfs/extract/frame_schedule.h"

#include <algorithm>

namespace zvfs {
namespace {

// At most 16 frames (some MiB), and few enough for each thread to get several turns.
std::uint32_t choose_frames_per_task(std::span<const DataRun> runs, unsigned threads) {
  constexpr std::uint64_t kMost = 16;
  constexpr std::uint64_t kTurns = 8;
  if (runs.empty()) return 1;
  std::uint32_t last = 0;
  for (const DataRun& run : runs) last = std::max(last, run.last.value);
  const std::uint64_t frames = std::uint64_t{last} - runs.front().first.value + 1;
  return static_cast<std::uint32_t>(
      std::clamp<std::uint64_t>(frames / (threads * kTurns), 1, kMost));
}

}  // namespace

FrameSchedule::FrameSchedule(std::span<const DataRun> runs, unsigned threads)
    : runs_(runs), frames_per_task_(choose_frames_per_task(runs, threads)) {}

bool FrameSchedule::next(Task& task) {
  task.runs.clear();
  const MutexLock lock(mutex_);
  if (running_.empty()) {
    if (next_run_ == runs_.size()) return false;
    next_frame_ = runs_[next_run_].first.value;
  }
  task.begin = next_frame_;
  task.end = task.begin + frames_per_task_;
  for (; next_run_ < runs_.size() && runs_[next_run_].first.value < task.end; ++next_run_) {
    running_.push_back(&runs_[next_run_]);
  }
  task.runs = running_;
  std::erase_if(running_, [&](const DataRun* run) { return run->last.value < task.end; });
  next_frame_ = task.end;
  return true;
}

}  // namespace zvfs
