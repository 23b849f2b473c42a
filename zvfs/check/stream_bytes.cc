#include "zvfs/check/stream_bytes.h"

#include <algorithm>
#include <utility>

namespace zvfs {

Result<bool> StreamBytes::are_equal(StreamOffset a, StreamOffset b, std::uint64_t length) {
  while (length > 0) {
    const Piece one = ZVFS_TRY(piece_at(a));
    const Piece other = ZVFS_TRY(piece_at(b));
    const std::size_t size =
        std::min<std::uint64_t>({length, one.bytes.size(), other.bytes.size()});
    if (!std::ranges::equal(one.bytes.first(size), other.bytes.first(size))) return false;
    a.value += size;
    b.value += size;
    length -= size;
  }
  return true;
}

Result<bool> StreamBytes::are_zero(StreamOffset begin, std::uint64_t length) {
  while (length > 0) {
    const Piece piece = ZVFS_TRY(piece_at(begin));
    const std::size_t size = std::min<std::uint64_t>(length, piece.bytes.size());
    const auto is_content = [](std::byte byte) { return byte != std::byte{0}; };
    if (std::ranges::any_of(piece.bytes.first(size), is_content)) return false;
    begin.value += size;
    length -= size;
  }
  return true;
}

Result<StreamBytes::Piece> StreamBytes::piece_at(StreamOffset offset) {
  const DataFrame found = ZVFS_TRY(image_.frame_table().find(cursor_, offset, FrameNumber{0}));
  FramePtr frame = ZVFS_TRY(image_.frames().read({FrameKey::Space::kData, found.number.value},
                                                 FrameClass::kPacked, found.location));
  const ByteSpan bytes = frame->bytes().subspan(offset.value - found.begin.value);
  return Piece{bytes, std::move(frame)};
}

}  // namespace zvfs
