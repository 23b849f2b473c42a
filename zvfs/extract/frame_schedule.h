#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "base/mutex.h"
#include "zvfs/extract/extract_batch.h"

namespace zvfs {

/// Hands out the frames that hold runs of data, in order and each once, with the runs that touch
/// them. Does no I/O. Thread-safe.
class FrameSchedule {
 public:
  /// Frames [begin, end) and all runs that touch any of them.
  struct Task {
    std::uint32_t begin = 0;
    std::uint32_t end = 0;
    std::vector<const DataRun*> runs;
  };

  /// Borrows `runs`, sorted by their first frame. Hands out neighbouring frames together, so that
  /// `threads` threads work on separate parts but finish at about the same time.
  FrameSchedule(std::span<const DataRun> runs, unsigned threads);

  /// Stores the next frames in `task`, reusing its memory. False if none is left.
  bool next(Task& task);

 private:
  const std::span<const DataRun> runs_;
  std::uint32_t frames_per_task_;
  Mutex mutex_;
  std::uint32_t next_frame_ ZVFS_GUARDED_BY(mutex_) = 0;
  std::size_t next_run_ ZVFS_GUARDED_BY(mutex_) = 0;  // begins at next_frame_ or later
  std::vector<const DataRun*> running_
      ZVFS_GUARDED_BY(mutex_);  // begun before next_frame_, not yet ended
};

}  // namespace zvfs
