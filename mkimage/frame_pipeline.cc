#include "mkimage/frame_pipeline.h"

#include <exception>
#include <string>
#include <system_error>
#include <thread>
#include <vector>

#include "base/quoting.h"
#include "codecs/frame_encoder.h"

namespace zvfs {
namespace {

// Coded frames that wait for one before them; also, how far the fastest worker gets ahead.
constexpr std::size_t kWindowBytes = std::size_t{32} << 20;

// Workers beyond those that encode. A few keep a disk busy that is slower than the encoders.
constexpr unsigned kReadersAhead = 4;

bool begins_member(const FramePiece& piece) {
  return piece.header_length > 0 && piece.header_offset == 0;
}

// The names of the members that begin in a frame, as `tar -v` lists them.
void append_names(const Tree& tree, const FramePlan& plan, std::string& names) {
  for (const FramePiece& piece : plan.pieces) {
    if (!begins_member(piece)) continue;
    names += piece.link == kRootLink ? "." : quote_name(tree.path_of(piece.link));
    names += is_directory(tree.inode(tree.inode_of(piece.link))) ? "/\n" : "\n";
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

// What one thread needs to make frames.
class FramePipeline::Worker {
 public:
  Worker(const Setup& setup, EncoderPool& encoders)
      : setup_(setup),
        builder_(setup.tree, setup.root_fd, setup.frame_bound, setup.troubles, setup.verdicts),
        encoders_(encoders) {}

  Result<void> make(const FramePlan& plan, CodedFrame& frame) {
    ZVFS_TRY(encode(builder_.build(plan), frame));
    frame.number = plan.number;
    frame.stream_offset = plan.begin;
    frame.decoded_size = plan.size;
    frame.first_file = plan.first_file;
    frame.names.clear();
    if (setup_.list_names) append_names(setup_.tree, plan, frame.names);
    return {};
  }

 private:
  Result<void> encode(ByteSpan content, CodedFrame& frame) {
    EncoderPool::Lease encoder = encoders_.take();
    const EncodedFrame encoded = ZVFS_TRY(encoder->encode(content));
    frame.checksum = encoded.checksum;
    frame.kind = encoded.kind;
    frame.bytes.assign(encoded.bytes.begin(), encoded.bytes.end());
    return {};
  }

  const Setup& setup_;
  FrameBuilder builder_;
  EncoderPool& encoders_;
};

FramePipeline::FramePipeline(const Setup& setup)
    : setup_(setup),
      planner_(setup.planner),
      encoders_(setup.threads, setup.encoder),
      writer_(setup.sink, kWindowBytes) {}

Result<void> FramePipeline::run() {
  const unsigned count = setup_.threads + setup_.threads / 4 + kReadersAhead;
  {
    std::vector<std::jthread> workers;
    // The caller is a worker, too: the build goes on where no more threads can be had.
    try {
      while (workers.size() + 1 < count) workers.emplace_back([this] { work(); });
    } catch (const std::system_error&) {
    }
    work();
  }
  if (auto error = writer_.error()) return Unexpected(*std::move(error));
  return {};
}

void FramePipeline::work() {
  try {
    if (auto done = work_to_end(); !done) writer_.stop(std::move(done).error());
  } catch (const std::bad_alloc&) {
    writer_.stop({ErrorCode::kNoMemory, "out of memory"});
  } catch (const std::exception& exception) {
    writer_.stop({ErrorCode::kIo, exception.what()});
  }
}

Result<void> FramePipeline::work_to_end() {
  Worker worker(setup_, encoders_);
  FramePlan plan;
  CodedFrame frame;
  while (ZVFS_TRY(next_plan(plan))) {
    ZVFS_TRY(worker.make(plan, frame));
    ZVFS_TRY(writer_.submit(frame));
    count_progress(plan, setup_.progress);
  }
  return {};
}

Result<bool> FramePipeline::next_plan(FramePlan& plan) {
  const MutexLock lock(planner_mutex_);
  return planner_.next(plan);
}

}  // namespace zvfs
