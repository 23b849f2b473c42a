#include "mkimage/stream_pipeline.h"

#include <exception>
#include <new>
#include <system_error>
#include <utility>

#include "codecs/frame_encoder.h"

namespace zvfs {
namespace {

// Coded frames that wait for one before them.
constexpr std::size_t kWindowBytes = std::size_t{32} << 20;

}  // namespace

StreamPipeline::StreamPipeline(FrameSink& sink, const EncoderOptions& encoder, unsigned threads)
    : max_waiting_(std::size_t{threads} + 2), writer_(sink, kWindowBytes) {
  // With fewer threads than wanted the build goes on, but not without any.
  try {
    while (workers_.size() < threads) {
      workers_.emplace_back([this, encoder] { work(encoder); });
    }
  } catch (const std::system_error&) {
    if (workers_.empty()) throw;
  }
}

StreamPipeline::~StreamPipeline() {
  stop({ErrorCode::kIo, "the build was given up"});
  workers_.clear();
}

Result<void> StreamPipeline::take(ByteVector& content) {
  // The seek table lists the index frame, too.
  if (next_number_ + 1 == kMaxFrames) {
    return fail(ErrorCode::kTooLarge, "more than {} frames: choose a larger frame size",
                kMaxFrames - 2);
  }
  const MutexLock lock(mutex_);
  while (waiting_.size() >= max_waiting_ && !stopped_) changed_.wait(mutex_);
  if (stopped_) return Unexpected(*writer_.error());
  ByteVector free;
  if (!spare_.empty()) {
    free = std::move(spare_.back());
    spare_.pop_back();
  }
  const std::uint64_t size = content.size();
  waiting_.push_back({next_number_++, stream_size_, std::exchange(content, std::move(free)),
                      std::exchange(names_, {})});
  stream_size_ += size;
  changed_.notify_all();
  return {};
}

Result<void> StreamPipeline::finish() {
  close();
  workers_.clear();
  if (auto error = writer_.error()) return Unexpected(*std::move(error));
  return {};
}

void StreamPipeline::close() {
  const MutexLock lock(mutex_);
  closed_ = true;
  changed_.notify_all();
}

void StreamPipeline::stop(Error error) {
  writer_.stop(std::move(error));
  const MutexLock lock(mutex_);
  stopped_ = true;
  changed_.notify_all();
}

void StreamPipeline::work(const EncoderOptions& options) {
  try {
    if (auto done = work_to_end(options); !done) stop(std::move(done).error());
  } catch (const std::bad_alloc&) {
    stop({ErrorCode::kNoMemory, "out of memory"});
  } catch (const std::exception& exception) {
    stop({ErrorCode::kIo, exception.what()});
  }
}

Result<void> StreamPipeline::work_to_end(const EncoderOptions& options) {
  FrameEncoder encoder(options);
  Job job;
  CodedFrame frame;
  while (next(job)) {
    const EncodedFrame encoded = ZVFS_TRY(encoder.encode(job.content));
    frame.number = FrameNumber{job.number};
    frame.stream_offset = StreamOffset{job.stream_offset};
    frame.decoded_size = static_cast<std::uint32_t>(job.content.size());
    frame.checksum = encoded.checksum;
    frame.kind = encoded.kind;
    frame.bytes.assign(encoded.bytes.begin(), encoded.bytes.end());
    frame.names = std::move(job.names);
    ZVFS_TRY(writer_.submit(frame));
  }
  return {};
}

// Exchanges the job's buffer for the next job; false when there is none to come.
bool StreamPipeline::next(Job& job) {
  const MutexLock lock(mutex_);
  if (job.content.capacity() > 0) {
    job.content.clear();
    spare_.push_back(std::move(job.content));
  }
  while (waiting_.empty() && !closed_ && !stopped_) changed_.wait(mutex_);
  if (waiting_.empty() || stopped_) return false;
  job = std::move(waiting_.front());
  waiting_.pop_front();
  changed_.notify_all();
  return true;
}

}  // namespace zvfs
