#pragma once

#include <cstdint>

#include "format/frame.h"
#include "format/frame_table.h"
#include "format/image_tables.h"
#include "format/index_reader.h"
#include "format/offsets.h"

namespace zvfs {

/// Compares runs of an image's decoded stream. Not thread-safe. Borrows the image.
class StreamBytes {
 public:
  explicit StreamBytes(const ImageTables& image) : image_(image), cursor_(image.index()) {}

  /// Errors of both: Corrupt (also: the run exceeds the stream), Io.
  Result<bool> are_equal(StreamOffset a, StreamOffset b, std::uint64_t length);
  Result<bool> are_zero(StreamOffset begin, std::uint64_t length);

 private:
  // The bytes from an offset to the end of its frame.
  struct Piece {
    ByteSpan bytes;
    FramePtr frame;
  };
  Result<Piece> piece_at(StreamOffset offset);

  const ImageTables& image_;
  IndexReader::Cursor cursor_;
};

}  // namespace zvfs
