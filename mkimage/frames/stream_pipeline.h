#pragma once

#include <string_view>

#include "base/result.h"
#include "mkimage/frames/parallel_encoder.h"
#include "mkimage/frames/stream_cutter.h"

namespace zvfs {

/// Turns frames that come one after another, from one thread, into an image's data frames. Not
/// thread-safe.
class StreamPipeline final : public FrameTaker {
 public:
  /// As ParallelEncoder's.
  StreamPipeline(FrameSink& sink, const EncoderOptions& options, unsigned threads)
      : encoder_(sink, options, threads) {}

  /// Errors: those of ParallelEncoder::add(); TooLarge.
  Result<void> take(ByteVector& content) override;

  /// Adds names to print, one per line: members that begin in the frame taken next.
  void add_names(std::string_view names) { next_.names += names; }

  /// As ParallelEncoder's.
  Result<void> finish() { return encoder_.finish(); }

 private:
  FrameContent next_;
  std::uint32_t frame_count_ = 0;
  std::uint64_t stream_size_ = 0;
  ParallelEncoder encoder_;
};

}  // namespace zvfs
