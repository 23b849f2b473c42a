#pragma once

#include <cstdint>

#include "base/mutex.h"
#include "base/result.h"
#include "base/warnings.h"
#include "codecs/codec.h"
#include "mkimage/frames/frame_builder.h"
#include "mkimage/frames/frame_plan.h"
#include "mkimage/frames/parallel_encoder.h"
#include "mkimage/frames/planner.h"
#include "mkimage/report/progress.h"
#include "tree/tree.h"

namespace zvfs {

/// Turns the frames of a plan into an image's data frames: readers take the next plan, read its
/// files and hand the content to the encoders. There are more readers than the encoders need, so
/// that several can wait for a disk at a time. The result does not depend on their number.
class FramePipeline {
 public:
  struct Setup {
    const Tree& tree;
    int root_fd;
    Planner& planner;
    FrameSink& sink;
    Warnings& warnings;
    VerifiedCopies& verified;
    Progress& progress;
    EncoderOptions encoder;
    unsigned threads;  ///< Threads that encode; at least 1.
    bool list_names;   ///< Whether frames carry the names of their members.
  };

  /// Borrows all that `setup` names. Throws as ParallelEncoder.
  explicit FramePipeline(const Setup& setup);

  /// Makes and writes all frames, or stops at the first that fails. Call once.
  /// Errors: those of Planner::next() and of ParallelEncoder; NoMemory.
  Result<void> run();

 private:
  void read();
  Result<void> read_to_end();
  Result<bool> next_plan(FramePlan& plan) ZVFS_EXCLUDES(planner_mutex_);

  const Setup setup_;
  Mutex planner_mutex_;
  Planner& planner_ ZVFS_GUARDED_BY(planner_mutex_);
  ParallelEncoder encoder_;
};

}  // namespace zvfs
