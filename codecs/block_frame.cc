#include "codecs/block_frame.h"

#include <algorithm>
#include <cstring>

#include "codecs/checksum.h"

namespace zvfs {
namespace {

constexpr std::uint32_t kZstdMagic = 0xFD2FB528;
constexpr std::size_t kBlockSizeMax = 128 * 1024;
constexpr std::size_t kFrameHeaderSize = 4 + 1 + 4;
constexpr std::size_t kBlockHeaderSize = 3;
constexpr std::size_t kChecksumSize = 4;

// Frame_Header_Descriptor: 4-byte content size (flag 2), single segment, content checksum.
constexpr std::uint8_t kFrameHeaderDescriptor = 2 << 6 | 1 << 5 | 1 << 2;

enum class BlockType : std::uint32_t { kRaw = 0, kRle = 1, kCompressed = 2 };

// A raw block header's size field is the block's size; an RLE block's, the repeat count.
void append_block_header(BlockType type, std::size_t size, bool last, ByteWriter& out) {
  const std::uint32_t header = static_cast<std::uint32_t>(size) << 3 |
                               static_cast<std::uint32_t>(type) << 1 | (last ? 1U : 0U);
  out.u16(static_cast<std::uint16_t>(header));
  out.u8(static_cast<std::uint8_t>(header >> 16));
}

void append_frame_header(std::size_t content_size, ByteWriter& out) {
  out.u32(kZstdMagic);
  out.u8(kFrameHeaderDescriptor);
  out.u32(static_cast<std::uint32_t>(content_size));
}

// A compressed block of `size` RLE literals and no sequences (RFC 8878, 3.1.1.3.1.1).
void append_rle_literals_block(std::byte value, std::size_t size, bool last, ByteWriter& out) {
  constexpr std::size_t kContentSize = 3 + 1 + 1;
  append_block_header(BlockType::kCompressed, kContentSize, last, out);
  // Literals_Block_Type RLE (1), Size_Format 3: a 20-bit Regenerated_Size.
  const std::uint32_t header = static_cast<std::uint32_t>(size) << 4 | 3U << 2 | 1U;
  out.u16(static_cast<std::uint16_t>(header));
  out.u8(static_cast<std::uint8_t>(header >> 16));
  out.u8(static_cast<std::uint8_t>(value));
  out.u8(0);  // Number_of_Sequences
}

constexpr std::size_t stored_frame_size(std::size_t content_size) {
  const std::size_t blocks = (content_size + kBlockSizeMax - 1) / kBlockSizeMax;
  return kFrameHeaderSize + blocks * kBlockHeaderSize + content_size + kChecksumSize;
}

}  // namespace

bool is_fill(ByteSpan content) {
  return std::memcmp(content.data(), content.data() + 1, content.size() - 1) == 0;
}

void append_fill_frame(std::byte value, std::size_t size, std::uint32_t checksum, ByteVector& out) {
  ByteWriter writer(out);
  append_frame_header(size, writer);
  const std::size_t first = std::min(size, kBlockSizeMax);
  append_rle_literals_block(value, first, first == size, writer);
  for (std::size_t done = first; done < size;) {
    const std::size_t count = std::min(size - done, kBlockSizeMax);
    done += count;
    append_block_header(BlockType::kRle, count, done == size, writer);
    writer.u8(static_cast<std::uint8_t>(value));
  }
  writer.u32(checksum);
}

void append_stored_frame(ByteSpan content, std::uint32_t checksum, ByteVector& out) {
  out.reserve(out.size() + stored_frame_size(content.size()));
  ByteWriter writer(out);
  append_frame_header(content.size(), writer);
  for (std::size_t done = 0; done < content.size();) {
    const std::size_t count = std::min(content.size() - done, kBlockSizeMax);
    append_block_header(BlockType::kRaw, count, done + count == content.size(), writer);
    writer.append(content.subspan(done, count));
    done += count;
  }
  writer.u32(checksum);
}

Result<void> decode_fill_frame(ByteSpan coded, std::uint32_t checksum, MutableByteSpan out) {
  constexpr std::size_t kValueOffset = kFrameHeaderSize + kBlockHeaderSize + 3;
  if (out.empty() || coded.size() <= kValueOffset) {
    return fail(ErrorCode::kCorrupt, "fill frame of {} bytes is cut short", coded.size());
  }
  // The encoding is canonical: the frame is right when it is the one that we would write.
  const std::byte value = coded[kValueOffset];
  ByteVector expected;
  append_fill_frame(value, out.size(), checksum, expected);
  if (!std::ranges::equal(coded, expected)) {
    return fail(ErrorCode::kCorrupt, "not a fill frame of {} bytes with checksum {:08x}",
                out.size(), checksum);
  }
  std::memset(out.data(), static_cast<int>(value), out.size());
  if (content_checksum(out) != checksum) {
    return fail(ErrorCode::kCorrupt, "fill frame's content does not match checksum {:08x}",
                checksum);
  }
  return {};
}

Result<void> decode_stored_frame(ByteSpan coded, std::uint32_t checksum, MutableByteSpan out) {
  const auto malformed = [&] {
    return fail(ErrorCode::kCorrupt, "not a stored frame of {} bytes with checksum {:08x}",
                out.size(), checksum);
  };
  if (out.empty() || coded.size() != stored_frame_size(out.size())) return malformed();
  ByteReader reader(coded);
  ByteVector header;
  ByteWriter header_writer(header);
  append_frame_header(out.size(), header_writer);
  if (!std::ranges::equal(reader.take(kFrameHeaderSize), header)) return malformed();
  for (std::size_t done = 0; done < out.size();) {
    const std::size_t count = std::min(out.size() - done, kBlockSizeMax);
    header.clear();
    append_block_header(BlockType::kRaw, count, done + count == out.size(), header_writer);
    if (!std::ranges::equal(reader.take(kBlockHeaderSize), header)) return malformed();
    std::ranges::copy(reader.take(count), out.begin() + static_cast<std::ptrdiff_t>(done));
    done += count;
  }
  if (reader.u32() != checksum) return malformed();
  if (content_checksum(out) != checksum) {
    return fail(ErrorCode::kCorrupt, "stored frame's content does not match checksum {:08x}",
                checksum);
  }
  return {};
}

}  // namespace zvfs
