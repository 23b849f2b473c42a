#pragma once

#include <cstdint>

#include "base/result.h"
#include "format/frame_reader.h"
#include "format/index_reader.h"
#include "format/offsets.h"

namespace zvfs {

/// A data frame: its place in the image and in the stream, checked against the limits.
struct DataFrame {
  FrameNumber number;
  StreamOffset begin;  ///< Of its first byte in the stream; it holds location.decoded_size bytes.
  FrameLocation location;
  std::uint32_t first_file = 0;  ///< Rows [first_file, end_file) of the frame files are its files.
  std::uint32_t end_file = 0;

  [[nodiscard]] StreamOffset end() const { return {begin.value + location.decoded_size}; }
  [[nodiscard]] bool holds(StreamOffset offset) const { return begin <= offset && offset < end(); }
};

/// The data frames in which a run of the stream begins and ends; `last` is not before `first`.
struct FrameSpan {
  FrameNumber first;
  FrameNumber last;
};

/// Finds data frames in the index. Thread-safe; borrows header and index.
class FrameTable {
 public:
  FrameTable(const IndexHeader& header, const IndexReader& index)
      : header_(header), index_(index) {}

  /// The frame of that number. Errors: Corrupt (no such frame, or it breaks a limit), Io.
  Result<DataFrame> frame(IndexReader::Cursor& cursor, FrameNumber number) const;

  /// The frame that holds `offset`, which belongs to a run of data that begins in frame `first`.
  /// Builders cut the frames of a run to one size, so a guess is nearly always right and costs two
  /// rows; otherwise it falls back to a binary search. Never gives a frame before `first`.
  /// Errors: Corrupt (the run does not begin in `first`, or `offset` lies beyond the stream), Io.
  Result<DataFrame> find(IndexReader::Cursor& cursor, StreamOffset offset, FrameNumber first) const;

  /// The frames that hold the `length` bytes at `begin`, at least 1, of a run that begins in frame
  /// `first`. Frames between them may be corrupt. Errors: those of find().
  Result<FrameSpan> span(IndexReader::Cursor& cursor, StreamOffset begin, std::uint64_t length,
                         FrameNumber first) const;

 private:
  const IndexHeader& header_;
  const IndexReader& index_;
};

}  // namespace zvfs
