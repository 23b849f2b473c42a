#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/mutex.h"
#include "base/parallel.h"
#include "base/result.h"
#include "codecs/codec.h"
#include "mkimage/frames/frame_plan.h"
#include "mkimage/frames/ordered_writer.h"

namespace zvfs {

/// What a data frame will hold.
struct FrameContent {
  FrameNumber number;
  StreamOffset stream_offset;
  std::uint32_t first_file = 0;  ///< See FramePlan.
  ByteVector bytes;
  std::string names;  ///< See CodedFrame.
};

/// Encodes frames on its own threads, in any order, and writes them in order. These threads do
/// nothing else but hash what they have encoded, so a slow disk under the source never holds one
/// up: callers read the contents ahead of them, by a few frames, which bounds the memory.
class ParallelEncoder {
 public:
  /// Borrows the sink. `threads` encode, at least 1; if not all can be started, the others do the
  /// work. Throws std::bad_alloc, and std::system_error if no thread can be started.
  ParallelEncoder(FrameSink& sink, const EncoderOptions& options, unsigned threads);
  ParallelEncoder(const ParallelEncoder&) = delete;
  ParallelEncoder& operator=(const ParallelEncoder&) = delete;
  /// Ends the threads, whether or not all was written.
  ~ParallelEncoder();

  /// Takes `content`, of 1 to kMaxFrameSize bytes, in exchange for one with buffers to use again.
  /// Blocks while enough frames wait. Frames are numbered from 0; each number must be added once,
  /// in about their order, or stop() be called. Thread-safe.
  /// Errors: the first error of an encoder, of the sink or of stop().
  Result<void> add(FrameContent& content) ZVFS_EXCLUDES(mutex_);

  /// Makes all waiting and later calls of add() fail with `error`, unless there is an error
  /// already. Thread-safe.
  void stop(Error error) ZVFS_EXCLUDES(mutex_);

  /// Waits until all that was added is written. Call once, last. Errors: as add().
  Result<void> finish() ZVFS_EXCLUDES(mutex_);

 private:
  void work(const EncoderOptions& options) noexcept;
  Result<void> work_to_end(const EncoderOptions& options);
  bool next(FrameContent& content) ZVFS_EXCLUDES(mutex_);

  const std::size_t max_waiting_;
  const bool wants_digests_;
  OrderedWriter writer_;

  Mutex mutex_;
  CondVar added_;  // or closed, or stopped
  CondVar taken_;  // or stopped
  std::deque<FrameContent> waiting_ ZVFS_GUARDED_BY(mutex_);
  std::vector<FrameContent> spare_ ZVFS_GUARDED_BY(mutex_);
  bool closed_ ZVFS_GUARDED_BY(mutex_) = false;  // no more frames come
  bool stopped_ ZVFS_GUARDED_BY(mutex_) = false;
  Error abandoned_{ErrorCode::kIo, "the build was abandoned"};  // a destructor must not allocate
  ThreadGroup threads_;
};

}  // namespace zvfs
