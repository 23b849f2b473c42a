#include "mkimage/frames/stream_cutter.h"

#include <algorithm>

#include "tar/tar_member.h"

namespace zvfs {

StreamCutter::StreamCutter(const FrameBounds& bounds, FrameTaker& frames)
    : bounds_(bounds), frames_(frames) {
  content_.reserve(bounds_.max());
}

Result<void> StreamCutter::append_headers(ByteSpan bytes) {
  ZVFS_TRY(leave_end());
  if (!in_headers_) headers_begin_ = content_.size();
  in_headers_ = true;
  while (!bytes.empty()) {
    // Headers stay whole as long as they fit a frame at all.
    if (content_.size() >= bounds_.small) {
      ZVFS_TRY(cut(headers_begin_ > 0 ? headers_begin_ : content_.size()));
      headers_begin_ = 0;
    }
    bytes = bytes.subspan(append(bytes, bounds_.small - content_.size()));
  }
  return {};
}

Result<void> StreamCutter::begin_data(std::uint64_t size) {
  const bool is_large = size > bounds_.small;
  const std::uint64_t data = tar_padded(size);
  const std::uint64_t headers = content_.size() - headers_begin_;
  const bool together = !is_large && headers + data <= bounds_.small;
  const bool fits = content_.size() + (together ? data : 0) <= bounds_.small;
  if (!fits && headers_begin_ > 0) ZVFS_TRY(cut(headers_begin_));
  if (is_large || content_.size() + data > bounds_.small) ZVFS_TRY(cut(content_.size()));
  in_headers_ = false;
  data_left_ = is_large ? size : 0;
  piece_size_ = bounds_.cut(size);
  piece_left_ = is_large ? piece_size_ : 0;
  return {};
}

Result<void> StreamCutter::append_data(ByteSpan bytes) {
  in_headers_ = false;
  while (!bytes.empty()) {
    const bool in_pieces = data_left_ > 0;
    // Small files, and the padding of all files, continue in the frame. So does data that some
    // programs write behind a hard link, and its size is unknown.
    if (!in_pieces && content_.size() == bounds_.max()) ZVFS_TRY(cut(content_.size()));
    const std::uint64_t room =
        in_pieces ? std::min(piece_left_, data_left_) : bounds_.max() - content_.size();
    const std::size_t size = append(bytes, room);
    bytes = bytes.subspan(size);
    if (!in_pieces) continue;
    data_left_ -= size;
    piece_left_ -= size;
    if (piece_left_ > 0) continue;
    ZVFS_TRY(cut(content_.size()));
    piece_left_ = piece_size_;
  }
  return {};
}

// Appends as much of `bytes` as there is room for; returns how much.
std::size_t StreamCutter::append(ByteSpan bytes, std::uint64_t room) {
  const ByteSpan part =
      bytes.first(static_cast<std::size_t>(std::min<std::uint64_t>(bytes.size(), room)));
  content_.insert(content_.end(), part.begin(), part.end());
  return part.size();
}

Result<void> StreamCutter::append_end(ByteSpan bytes) {
  in_headers_ = false;
  if (!in_end_) ZVFS_TRY(cut(content_.size()));
  in_end_ = true;
  while (!bytes.empty()) {
    bytes = bytes.subspan(append(bytes, bounds_.small - content_.size()));
    if (content_.size() == bounds_.small) ZVFS_TRY(cut(content_.size()));
  }
  return {};
}

Result<void> StreamCutter::leave_end() {
  if (!in_end_) return {};
  in_end_ = false;
  return cut(content_.size());
}

// The first `size` bytes of the content become a frame; the rest begins the next one.
Result<void> StreamCutter::cut(std::size_t size) {
  if (size == 0) return {};
  const ByteSpan rest = ByteSpan(content_).subspan(size);
  ByteVector next(rest.begin(), rest.end());
  content_.resize(size);
  ZVFS_TRY(frames_.take(content_));
  content_.clear();
  content_.insert(content_.end(), next.begin(), next.end());
  if (headers_begin_ >= size) headers_begin_ -= size;
  return {};
}

}  // namespace zvfs
