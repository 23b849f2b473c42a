#include "format/index_reader.h"

#include <algorithm>

namespace zvfs {

Result<FrameLocation> IndexReader::location(std::uint32_t number) const {
  const IndexEntry entry = ZVFS_TRY(directory_.entry(number));
  const std::uint64_t start = std::uint64_t{number} * header_.index_frame_size;
  const auto decoded_size = static_cast<std::uint32_t>(
      std::min<std::uint64_t>(header_.index_frame_size, header_.tables_size - start));
  if (entry.offset > header_.image_size || entry.coded_size > max_coded_size(decoded_size)) {
    return fail(ErrorCode::kCorrupt,
                "index directory: frame {}: {} bytes at {:#x} are out of range", number,
                entry.coded_size, entry.offset);
  }
  return FrameLocation{ImageOffset{header_.index_frames_offset().value + entry.offset},
                       entry.coded_size, decoded_size, entry.checksum, FrameKind::kZstd};
}

Result<FramePtr> IndexReader::frame(std::uint32_t number) const {
  const FrameKey key{FrameKey::Space::kIndex, number};
  if (FramePtr cached = frames_.cached(key)) return cached;
  return frames_.read(key, FrameClass::kIndex, ZVFS_TRY(location(number)));
}

Result<ByteSpan> IndexReader::Cursor::frame_bytes(std::uint32_t number) {
  if (frame_ != nullptr && number == number_) return frame_->bytes();
  if (corrupt_ && number == corrupt_->first) return Unexpected(Error(corrupt_->second));
  auto frame = index_.frame(number);
  if (!frame) {
    if (frame.error().code == ErrorCode::kCorrupt) corrupt_ = {number, frame.error()};
    return Unexpected(std::move(frame).error());
  }
  frame_ = *std::move(frame);
  number_ = number;
  return frame_->bytes();
}

Result<ByteSpan> IndexReader::Cursor::row_bytes(Table table, std::uint64_t row) {
  const IndexHeader::TableExtent& extent = index_.header_.table(table);
  if (row >= extent.rows) {
    return fail(ErrorCode::kCorrupt, "index: row {} exceeds the {} rows of table {}", row,
                extent.rows, static_cast<int>(table));
  }
  const std::uint64_t offset = extent.offset.value + row * row_size(table);
  const std::uint32_t frame_size = index_.header_.index_frame_size;
  const ByteSpan frame = ZVFS_TRY(frame_bytes(static_cast<std::uint32_t>(offset / frame_size)));
  // The checks of the header and the alignment of rows put a whole row in this frame.
  return frame.subspan(offset % frame_size, row_size(table));
}

Result<ByteSpan> IndexReader::Cursor::bytes(Table table, std::uint64_t offset, std::size_t length) {
  const IndexHeader::TableExtent& extent = index_.header_.table(table);
  if (offset > extent.rows || length > extent.rows - offset) {
    return fail(ErrorCode::kCorrupt, "index: {} bytes at {} exceed the {} bytes of table {}",
                length, offset, extent.rows, static_cast<int>(table));
  }
  if (length == 0) return ByteSpan{};
  const std::uint32_t frame_size = index_.header_.index_frame_size;
  std::uint64_t position = extent.offset.value + offset;
  joined_.clear();
  for (std::size_t left = length; left > 0;) {
    const ByteSpan frame = ZVFS_TRY(frame_bytes(static_cast<std::uint32_t>(position / frame_size)));
    const ByteSpan rest = frame.subspan(position % frame_size);
    const ByteSpan piece = rest.first(std::min(left, rest.size()));
    if (piece.size() == length) return piece;
    joined_.insert(joined_.end(), piece.begin(), piece.end());
    left -= piece.size();
    position += piece.size();
  }
  return ByteSpan(joined_);
}

}  // namespace zvfs
