#include "mkimage/frames/parallel_encoder.h"

#include <optional>
#include <utility>

#include "codecs/frame_encoder.h"
#include "trust/sha256.h"

namespace zvfs {
namespace {

// Coded frames that may wait for an earlier one: how far the others get ahead of one slow read.
constexpr std::size_t kWindowBytes = std::size_t{32} << 20;

void encode_to(const FrameContent& content, const EncodedFrame& encoded, CodedFrame& frame) {
  frame.number = content.number;
  frame.stream_offset = content.stream_offset;
  frame.decoded_size = static_cast<std::uint32_t>(content.bytes.size());
  frame.first_file = content.first_file;
  frame.checksum = encoded.checksum;
  frame.kind = encoded.kind;
  frame.bytes.assign(encoded.bytes.begin(), encoded.bytes.end());
  frame.names = content.names;
}

}  // namespace

ParallelEncoder::ParallelEncoder(FrameSink& sink, const EncoderOptions& options, unsigned threads)
    : max_waiting_(std::size_t{threads} + 2),
      wants_digests_(sink.wants_digests()),
      writer_(sink, kWindowBytes) {
  threads_.start_at_least_one(threads, [this, options] { work(options); });
}

ParallelEncoder::~ParallelEncoder() {
  stop(std::move(abandoned_));
  threads_.join();
}

Result<void> ParallelEncoder::add(FrameContent& content) {
  // Wait for the window here, not with a coded frame in hand: if all threads waited for a frame
  // that is yet to be added, none would be left to encode it.
  ZVFS_TRY(writer_.wait_for_room(content.number));
  {
    const MutexLock lock(mutex_);
    while (waiting_.size() >= max_waiting_ && !stopped_) taken_.wait(mutex_);
    if (stopped_) return Unexpected(*writer_.error());
    FrameContent free;
    if (!spare_.empty()) {
      free = std::move(spare_.back());
      spare_.pop_back();
    }
    waiting_.push_back(std::exchange(content, std::move(free)));
  }
  added_.notify_one();
  return {};
}

void ParallelEncoder::stop(Error error) {
  writer_.stop(std::move(error));
  const MutexLock lock(mutex_);
  stopped_ = true;
  added_.notify_all();
  taken_.notify_all();
}

Result<void> ParallelEncoder::finish() {
  {
    const MutexLock lock(mutex_);
    closed_ = true;
    added_.notify_all();
  }
  threads_.join();
  if (auto error = writer_.error()) return Unexpected(*std::move(error));
  return {};
}

void ParallelEncoder::work(const EncoderOptions& options) noexcept {
  try {
    if (auto done = work_to_end(options); !done) stop(std::move(done).error());
  } catch (...) {
    stop(caught_error());
  }
}

Result<void> ParallelEncoder::work_to_end(const EncoderOptions& options) {
  FrameEncoder encoder(options);
  std::optional<Sha256> hash;
  if (wants_digests_) hash.emplace();
  FrameContent content;
  CodedFrame frame;
  while (next(content)) {
    encode_to(content, ZVFS_TRY(encoder.encode(content.bytes)), frame);
    if (hash) {
      hash->update(frame.bytes);
      frame.digest = hash->finish();
    }
    ZVFS_TRY(writer_.submit(frame));
  }
  return {};
}

// Exchanges the encoded content, if any, for the one that has waited longest; false if no more will
// come.
bool ParallelEncoder::next(FrameContent& content) {
  {
    const MutexLock lock(mutex_);
    if (content.bytes.capacity() > 0) spare_.push_back(std::move(content));
    while (waiting_.empty() && !closed_ && !stopped_) added_.wait(mutex_);
    if (waiting_.empty() || stopped_) return false;
    content = std::move(waiting_.front());
    waiting_.pop_front();
  }
  taken_.notify_one();
  return true;
}

}  // namespace zvfs
