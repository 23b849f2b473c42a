#include "mkimage/frames/ordered_writer.h"

#include <utility>

namespace zvfs {

Result<void> OrderedWriter::wait_for_room(FrameNumber number) {
  const MutexLock lock(mutex_);
  while (!error_ && number.value != next_ && waiting_bytes_ >= window_) changed_.wait(mutex_);
  if (error_) return Unexpected(*error_);
  return {};
}

Result<void> OrderedWriter::submit(CodedFrame& frame) {
  {
    const MutexLock lock(mutex_);
    if (error_) return Unexpected(*error_);
    if (frame.number.value != next_) {
      leave(frame);
      return {};
    }
  }
  do {
    if (auto written = sink_.write(frame); !written) {
      stop(written.error());
      return Unexpected(written.error());
    }
  } while (take_next(frame));
  return {};
}

// Adds `frame` to those that wait, in exchange for one with free buffers.
void OrderedWriter::leave(CodedFrame& frame) {
  waiting_bytes_ += frame.bytes.size();
  CodedFrame free;
  if (!spare_.empty()) {
    free = std::move(spare_.back());
    spare_.pop_back();
  }
  const std::uint32_t number = frame.number.value;
  waiting_.emplace(number, std::exchange(frame, std::move(free)));
}

// Call after writing `frame`: exchanges it for the next one, if that one waits already.
bool OrderedWriter::take_next(CodedFrame& frame) {
  const MutexLock lock(mutex_);
  ++next_;
  changed_.notify_all();
  const auto found = waiting_.find(next_);
  if (error_ || found == waiting_.end()) return false;
  waiting_bytes_ -= found->second.bytes.size();
  spare_.push_back(std::exchange(frame, std::move(found->second)));
  waiting_.erase(found);
  return true;
}

void OrderedWriter::stop(Error error) {
  const MutexLock lock(mutex_);
  if (!error_) error_ = std::move(error);
  changed_.notify_all();
}

std::optional<Error> OrderedWriter::error() const {
  const MutexLock lock(mutex_);
  return error_;
}

}  // namespace zvfs
