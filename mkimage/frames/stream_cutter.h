#pragma once

#include <cstdint>

#include "base/bytes.h"
#include "base/result.h"
#include "mkimage/frames/planner.h"

namespace zvfs {

/// Takes the frames that a StreamCutter cuts, in order.
class FrameTaker {
 public:
  virtual ~FrameTaker() = default;
  /// Takes the content of the next frame, in exchange for an empty buffer.
  virtual Result<void> take(ByteVector& content) = 0;
};

/// Cuts a tar stream into frames as it comes, by the rules of Planner: small files are packed,
/// header and data together; a large file's data begins a frame, and its last piece begins a frame
/// of small files; bytes that belong to no member get frames of their own. The frames depend only
/// on the stream and the bounds, as long as the bytes given to append_headers(), and to each of the
/// others, do not depend on the size of the reads. Holds at most one frame. Not thread-safe.
class StreamCutter {
 public:
  /// Borrows `frames`.
  StreamCutter(const FrameBounds& bounds, FrameTaker& frames);

  /// Appends some of a member's headers. Errors: those of the taker, here and below.
  Result<void> append_headers(ByteSpan bytes);

  /// The member whose headers were appended is complete, and has `size` bytes of data.
  Result<void> begin_data(std::uint64_t size);

  /// Appends some of the member's data, or of the padding behind it.
  Result<void> append_data(ByteSpan bytes);

  /// Appends bytes that belong to no member.
  Result<void> append_end(ByteSpan bytes);

  /// Call after the last byte.
  Result<void> finish() { return cut(content_.size()); }

 private:
  std::size_t append(ByteSpan bytes, std::uint64_t room);
  Result<void> leave_end();
  Result<void> cut(std::size_t size);

  const FrameBounds bounds_;
  FrameTaker& frames_;
  ByteVector content_;             // of the frame that is being filled, and after it:
  std::size_t headers_begin_ = 0;  // of the member whose data has not begun, while in_headers_
  bool in_headers_ = false;
  bool in_end_ = false;           // content_ is no member's
  std::uint32_t piece_size_ = 0;  // of a large file's frames
  std::uint64_t piece_left_ = 0;  // of a large file, until the next cut
  std::uint64_t data_left_ = 0;   // of a large file
};

}  // namespace zvfs
