#include "mkimage/archives/buffered_stream.h"

#include <algorithm>

namespace zvfs {

Result<ByteSpan> BufferedStream::peek(std::size_t size) {
  while (rest_.size() < size && !ended_) {
    ByteVector kept(rest_.begin(), rest_.end());
    const ByteSpan run = ZVFS_TRY(source_->next());
    ended_ = run.empty();
    if (kept.empty()) {
      rest_ = run;
      continue;
    }
    kept.insert(kept.end(), run.begin(), run.end());
    joined_ = std::move(kept);
    rest_ = joined_;
  }
  return rest_;
}

void BufferedStream::consume(std::size_t size) {
  rest_ = rest_.subspan(size);
  position_ += size;
}

Result<void> BufferedStream::skip_zeros() {
  while (true) {
    const ByteSpan bytes = ZVFS_TRY(peek(1));
    const auto other =
        std::ranges::find_if(bytes, [](std::byte byte) { return byte != std::byte{}; });
    consume(static_cast<std::size_t>(other - bytes.begin()));
    if (bytes.empty() || other != bytes.end()) return {};
  }
}

Result<ByteSpan> BufferedStream::next() {
  const ByteSpan bytes = ZVFS_TRY(peek(1));
  consume(bytes.size());
  return bytes;
}

}  // namespace zvfs
