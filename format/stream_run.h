#pragma once

#include <cstdint>
#include <optional>

#include "base/result.h"
#include "format/frame_table.h"
#include "format/index_reader.h"

namespace zvfs {

/// The rule for two extents of a file, of which the first ends at `end` and the next begins at
/// `begin`: they leave no gap in the stream. Errors: Corrupt. Spec: docs/format.md, "Extents".
Result<void> must_follow(StreamOffset end, StreamOffset begin);

/// Walks forward through the stream, from frame to frame, as the data of one file lies in it.
/// Whatever the tables of a hostile image say, a walk over N bytes meets at most
/// N / kMinCrossedSize + 2 frames, which decode to at most N bytes and two frames together: the
/// data goes on without a gap, each frame follows the one before it in the table, and none that the
/// data crosses is tiny. Borrows table and index; not thread-safe. Spec: docs/format.md, "Extents".
class StreamRun {
 public:
  /// The least decoded size, in bytes, of a frame in which a file's data neither begins nor ends.
  static constexpr std::uint32_t kMinCrossedSize = 256;

  StreamRun(const FrameTable& table, const IndexReader& index) : table_(table), cursor_(index) {}

  /// The frame that holds `offset`. The first call looks for it from frame `first` on; later ones
  /// expect `offset` where the bytes that were taken end.
  /// Errors: Corrupt (also: there is a gap, or a tiny frame was crossed), Io.
  Result<DataFrame> frame_at(StreamOffset offset, FrameNumber first);

  /// Takes `length` bytes from the offset of the last frame_at() on, which its frame must hold.
  void take(std::uint64_t length) { position_.value += length; }

 private:
  Result<DataFrame> next_frame();

  const FrameTable& table_;
  IndexReader::Cursor cursor_;
  std::optional<DataFrame> frame_;
  StreamOffset position_;
  bool is_first_frame_ = true;
};

}  // namespace zvfs
