#include "mkimage/frames/frame_pipeline.h"

#include <string>

#include "base/parallel.h"
#include "base/quoting.h"

namespace zvfs {
namespace {

// A few readers keep a disk busy that is slower than the encoders. When all data is in memory, one
// reader keeps up with several encoders.
constexpr unsigned kLeastReaders = 4;
constexpr unsigned kEncodersPerReader = 4;

bool begins_member(const FramePiece& piece) {
  return piece.header_length > 0 && piece.header_offset == 0;
}

// The names of the members that begin in a frame, as `tar -v` lists them.
void append_names(const Tree& tree, const FramePlan& plan, std::string& names) {
  for (const FramePiece& piece : plan.pieces) {
    if (!begins_member(piece)) continue;
    names += piece.link == kRootLink ? "." : quote_name(tree.path_of(piece.link));
    names += tree.inode(tree.inode_of(piece.link)).is_directory() ? "/\n" : "\n";
  }
}

void count_progress(const FramePlan& plan, Progress& progress) {
  std::uint64_t work = 0;
  std::uint64_t read = 0;
  for (const FramePiece& piece : plan.pieces) {
    read += piece.data_length;
    if (begins_member(piece)) work += Progress::kWorkPerFile;
  }
  progress.bytes_read += read;
  progress.work_done += work + read;
}

}  // namespace

FramePipeline::FramePipeline(const Setup& setup)
    : setup_(setup), planner_(setup.planner), encoder_(setup.sink, setup.encoder, setup.threads) {}

Result<void> FramePipeline::run() {
  run_on_threads(kLeastReaders + setup_.threads / kEncodersPerReader,
                 [this](unsigned /*reader*/) { read(); });
  return encoder_.finish();
}

void FramePipeline::read() {
  try {
    if (auto done = read_to_end(); !done) encoder_.stop(std::move(done).error());
  } catch (...) {
    encoder_.stop(caught_error());
  }
}

Result<void> FramePipeline::read_to_end() {
  FrameBuilder builder(setup_.tree, setup_.root_fd, setup_.warnings, setup_.verified);
  FramePlan plan;
  FrameContent content;
  while (ZVFS_TRY(next_plan(plan))) {
    content.number = plan.number;
    content.stream_offset = plan.begin;
    content.first_file = plan.first_file;
    builder.build(plan, content.bytes);
    ZVFS_TRY(setup_.warnings.check());
    content.names.clear();
    if (setup_.list_names) append_names(setup_.tree, plan, content.names);
    ZVFS_TRY(encoder_.add(content));
    count_progress(plan, setup_.progress);
  }
  return {};
}

Result<bool> FramePipeline::next_plan(FramePlan& plan) {
  const MutexLock lock(planner_mutex_);
  return planner_.next(plan);
}

}  // namespace zvfs
