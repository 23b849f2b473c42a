#include "format/frame_table.h"

#include <algorithm>

namespace zvfs {

Result<DataFrame> FrameTable::frame(IndexReader::Cursor& cursor, FrameNumber number) const {
  if (number.value >= header_.frame_count) {
    return fail(ErrorCode::kCorrupt, "frame {} does not exist: the image has {}", number.value,
                header_.frame_count);
  }
  const auto row = ZVFS_TRY(cursor.row<FrameRecord>(Table::kFrames, number.value));
  const auto next = ZVFS_TRY(cursor.row<FrameRecord>(Table::kFrames, number.value + 1));
  const auto corrupt = [&](std::string_view what, std::uint64_t begin, std::uint64_t end) {
    return fail(ErrorCode::kCorrupt, "frames table: frame {}: {} {} to {} is out of range",
                number.value, what, begin, end);
  };
  if (row.stream_offset >= next.stream_offset || next.stream_offset > header_.stream_size ||
      next.stream_offset - row.stream_offset > header_.frame_bound) {
    return corrupt("stream offset", row.stream_offset, next.stream_offset);
  }
  const std::uint64_t decoded_size = next.stream_offset - row.stream_offset;
  if (row.image_offset >= next.image_offset || next.image_offset > header_.data_size ||
      next.image_offset - row.image_offset > max_coded_size(decoded_size)) {
    return corrupt("image offset", row.image_offset, next.image_offset);
  }
  // Each of them has a byte in the frame.
  if (row.first_file > next.first_file || next.first_file > index_.rows(Table::kFrameFiles) ||
      next.first_file - row.first_file > decoded_size) {
    return corrupt("frame files", row.first_file, next.first_file);
  }
  const bool lz4_allowed = (header_.incompat & IndexHeader::kLz4Frames) != 0;
  if (row.kind >= kFrameKindCount || (is_lz4(FrameKind{row.kind}) && !lz4_allowed)) {
    return fail(ErrorCode::kCorrupt, "frames table: frame {}: kind {} is not one of this image",
                number.value, row.kind);
  }
  return DataFrame{
      number, StreamOffset{row.stream_offset},
      FrameLocation{ImageOffset{row.image_offset},
                    static_cast<std::uint32_t>(next.image_offset - row.image_offset),
                    static_cast<std::uint32_t>(decoded_size), row.checksum, FrameKind{row.kind}},
      row.first_file, next.first_file};
}

Result<DataFrame> FrameTable::find(IndexReader::Cursor& cursor, StreamOffset offset,
                                   FrameNumber first) const {
  const DataFrame start = ZVFS_TRY(frame(cursor, first));
  if (start.holds(offset)) return start;
  if (offset < start.begin || offset.value >= header_.stream_size) {
    return fail(ErrorCode::kCorrupt,
                "stream offset {} lies outside the run that begins in frame {}", offset.value,
                first.value);
  }
  const std::uint64_t skipped = (offset.value - start.begin.value) / start.location.decoded_size;
  const std::uint64_t last = header_.frame_count - 1;
  const FrameNumber guess{static_cast<std::uint32_t>(std::min(first.value + skipped, last))};
  const DataFrame guessed = ZVFS_TRY(frame(cursor, guess));
  if (guessed.holds(offset)) return guessed;

  std::uint32_t low = guessed.begin <= offset ? guess.value : first.value;
  std::uint32_t high = guessed.begin <= offset ? header_.frame_count : guess.value;
  while (high - low > 1) {  // frame `low` begins at or before `offset`, frame `high` after it
    const std::uint32_t middle = low + (high - low) / 2;
    const auto row = ZVFS_TRY(cursor.row<FrameRecord>(Table::kFrames, middle));
    (row.stream_offset <= offset.value ? low : high) = middle;
  }
  const DataFrame found = ZVFS_TRY(frame(cursor, FrameNumber{low}));
  if (!found.holds(offset)) {
    return fail(ErrorCode::kCorrupt, "frames table: no frame holds stream offset {}", offset.value);
  }
  return found;
}

Result<FrameSpan> FrameTable::span(IndexReader::Cursor& cursor, StreamOffset begin,
                                   std::uint64_t length, FrameNumber first) const {
  const DataFrame start = ZVFS_TRY(find(cursor, begin, first));
  const StreamOffset last_byte{begin.value + (length - 1)};
  if (start.holds(last_byte)) return FrameSpan{start.number, start.number};
  // From `start` on, not from `first`: where rows do not ascend, it could come out before `start`.
  return FrameSpan{start.number, ZVFS_TRY(find(cursor, last_byte, start.number)).number};
}

}  // namespace zvfs
