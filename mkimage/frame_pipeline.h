#pragma once

#include <cstdint>

#include "base/mutex.h"
#include "base/result.h"
#include "mkimage/frame_builder.h"
#include "mkimage/frame_plan.h"
#include "mkimage/ordered_writer.h"
#include "mkimage/planner.h"
#include "mkimage/progress.h"
#include "mkimage/tree.h"
#include "mkimage/troubles.h"

namespace zvfs {

/// Turns the frames of a plan into an image's data frames: each worker takes the next plan, reads
/// and encodes it, and submits it to the ordered writer. So at most one frame for each worker is
/// decoded in memory, and the result does not depend on how many there are.
class FramePipeline {
 public:
  struct Setup {
    const Tree& tree;
    int root_fd;
    Planner& planner;
    FrameSink& sink;
    Troubles& troubles;
    Progress& progress;
    std::uint32_t frame_bound;
    int level;
    bool list_names;  ///< Whether frames carry the names of their members.
  };

  /// Borrows all that `setup` names.
  explicit FramePipeline(const Setup& setup);

  /// Runs `threads` (at least 1) workers until all frames are written or one fails. Call once.
  /// Errors: those of Planner::next(), FrameEncoder::encode() and the sink; NoMemory.
  Result<void> run(unsigned threads);

 private:
  class Worker;

  void work();
  Result<void> work_to_end();
  Result<bool> next_plan(FramePlan& plan) ZVFS_EXCLUDES(planner_mutex_);

  const Setup setup_;
  Mutex planner_mutex_;
  Planner& planner_ ZVFS_GUARDED_BY(planner_mutex_);
  OrderedWriter writer_;
};

}  // namespace zvfs
