#pragma once

#include <cstdint>

#include "base/mutex.h"
#include "base/result.h"
#include "codecs/codec.h"
#include "mkimage/encoder_pool.h"
#include "mkimage/frame_builder.h"
#include "mkimage/frame_plan.h"
#include "mkimage/ordered_writer.h"
#include "mkimage/planner.h"
#include "mkimage/progress.h"
#include "mkimage/tree.h"
#include "mkimage/troubles.h"

namespace zvfs {

/// Turns the frames of a plan into an image's data frames: each worker takes the next plan, reads
/// its files, encodes it as soon as an encoder is free, and submits it to the ordered writer. There
/// are some more workers than encoders, so that none of those waits for a disk. Each worker holds
/// one decoded frame, and the result does not depend on how many there are.
class FramePipeline {
 public:
  struct Setup {
    const Tree& tree;
    int root_fd;
    Planner& planner;
    FrameSink& sink;
    Troubles& troubles;
    CopyVerdicts& verdicts;
    Progress& progress;
    std::uint32_t frame_bound;
    EncoderOptions encoder;
    unsigned threads;  ///< That encode at a time; at least 1.
    bool list_names;   ///< Whether frames carry the names of their members.
  };

  /// Borrows all that `setup` names. Throws std::bad_alloc.
  explicit FramePipeline(const Setup& setup);

  /// Makes and writes all frames, or some until one fails. Call once.
  /// Errors: those of Planner::next(), FrameEncoder::encode() and the sink; NoMemory.
  Result<void> run();

 private:
  class Worker;

  void work();
  Result<void> work_to_end();
  Result<bool> next_plan(FramePlan& plan) ZVFS_EXCLUDES(planner_mutex_);

  const Setup setup_;
  Mutex planner_mutex_;
  Planner& planner_ ZVFS_GUARDED_BY(planner_mutex_);
  EncoderPool encoders_;
  OrderedWriter writer_;
};

}  // namespace zvfs
