#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <thread>
#include <vector>

#include "base/mutex.h"
#include "base/result.h"
#include "codecs/codec.h"
#include "mkimage/ordered_writer.h"
#include "mkimage/stream_cutter.h"

namespace zvfs {

/// Turns frames that come one after another, from one thread, into an image's data frames: workers
/// encode them, and submit them to an ordered writer. A few frames wait for the workers, so that
/// the memory is bounded and neither side waits for the other more than it must. take() and
/// finish() are for one thread.
class StreamPipeline final : public FrameTaker {
 public:
  /// Borrows the sink. `threads` encode, at least 1. Throws std::bad_alloc.
  StreamPipeline(FrameSink& sink, const EncoderOptions& encoder, unsigned threads);
  /// Ends the workers, whether or not all was written.
  ~StreamPipeline() override;

  /// Errors: the first error of a worker or of the sink.
  Result<void> take(ByteVector& content) override;

  /// Names for people, one a line: those of members that begin in the frame taken next.
  void add_names(std::string_view names) { names_ += names; }

  /// Waits until all frames are written. Call once, last. Errors: as take().
  Result<void> finish();

 private:
  struct Job {
    std::uint32_t number = 0;
    std::uint64_t stream_offset = 0;
    ByteVector content;
    std::string names;
  };

  void work(const EncoderOptions& options);
  Result<void> work_to_end(const EncoderOptions& options);
  bool next(Job& job) ZVFS_EXCLUDES(mutex_);
  void close() ZVFS_EXCLUDES(mutex_);
  void stop(Error error) ZVFS_EXCLUDES(mutex_);

  const std::size_t max_waiting_;
  OrderedWriter writer_;
  std::string names_;
  std::uint32_t next_number_ = 0;
  std::uint64_t stream_size_ = 0;

  Mutex mutex_;
  CondVar changed_;
  std::deque<Job> waiting_ ZVFS_GUARDED_BY(mutex_);
  std::vector<ByteVector> spare_ ZVFS_GUARDED_BY(mutex_);
  bool closed_ ZVFS_GUARDED_BY(mutex_) = false;   // no more frames come
  bool stopped_ ZVFS_GUARDED_BY(mutex_) = false;  // on an error
  std::vector<std::jthread> workers_;
};

}  // namespace zvfs
