#include "codecs/fill_frame.h"

#include <algorithm>
#include <cstring>

#include "codecs/checksum.h"
#include "codecs/lz4_framing.h"
#include "codecs/zstd_framing.h"

namespace zvfs {
namespace {

// --- zstd

// A compressed block of `size` RLE literals and no sequences (RFC 8878, 3.1.1.3.1.1).
void append_rle_literals_block(std::byte value, std::size_t size, bool last, ByteWriter& out) {
  constexpr std::size_t kContentSize = 3 + 1 + 1;
  append_zstd_block_header(ZstdBlockType::kCompressed, kContentSize, last, out);
  // Literals_Block_Type RLE (1), Size_Format 3: a 20-bit Regenerated_Size.
  const std::uint32_t literals_header = static_cast<std::uint32_t>(size) << 4 | 3U << 2 | 1U;
  out.u16(static_cast<std::uint16_t>(literals_header));
  out.u8(static_cast<std::uint8_t>(literals_header >> 16));
  out.u8(static_cast<std::uint8_t>(value));
  out.u8(0);  // Number_of_Sequences
}

void append_zstd_fill(std::byte value, std::size_t size, ByteWriter& out) {
  append_zstd_header(size, out);
  const std::size_t first = std::min(size, kZstdBlockSize);
  append_rle_literals_block(value, first, first == size, out);
  for (std::size_t done = first; done < size;) {
    const std::size_t count = std::min(size - done, kZstdBlockSize);
    done += count;
    append_zstd_block_header(ZstdBlockType::kRle, count, done == size, out);
    out.u8(static_cast<std::uint8_t>(value));
  }
}

constexpr std::size_t kZstdValueOffset = kZstdHeaderSize + kZstdBlockHeaderSize + 3;

// --- LZ4

// The smallest block that may have a match: a match must begin 12 bytes before the block's end.
constexpr std::size_t kLz4SmallestMatched = 13;

// One literal, a match that repeats it, and the five literals that must end a block.
void append_lz4_fill_block(std::byte value, std::size_t size, ByteVector& block) {
  constexpr std::size_t kLastLiterals = 5;
  constexpr std::size_t kMinMatch = 4;
  constexpr std::size_t kTokenLimit = 15;
  ByteWriter out(block);
  const std::size_t match = size - 1 - kLastLiterals - kMinMatch;
  out.u8(static_cast<std::uint8_t>(1 << 4 | std::min(match, kTokenLimit)));
  out.u8(static_cast<std::uint8_t>(value));
  out.u16(1);  // the match's distance
  if (match >= kTokenLimit) {
    block.insert(block.end(), (match - kTokenLimit) / 255, std::byte{255});
    out.u8(static_cast<std::uint8_t>((match - kTokenLimit) % 255));
  }
  out.u8(kLastLiterals << 4);
  for (std::size_t i = 0; i < kLastLiterals; ++i) out.u8(static_cast<std::uint8_t>(value));
}

void append_lz4_fill(std::byte value, std::size_t size, ByteWriter& out) {
  out.append(lz4_header(size));
  ByteVector block;
  for (std::size_t done = 0; done < size;) {
    const std::size_t count = std::min(size - done, lz4_block_size(size));
    block.clear();
    if (count < kLz4SmallestMatched) {
      block.assign(count, value);
      out.u32(static_cast<std::uint32_t>(count) | kLz4Uncompressed);
    } else {
      append_lz4_fill_block(value, count, block);
      out.u32(static_cast<std::uint32_t>(block.size()));
    }
    out.append(block);
    done += count;
  }
  out.u32(0);  // the end mark
}

// The value is the first byte of the first block, after the token if there is one.
std::size_t lz4_value_offset(std::size_t size) {
  return kLz4HeaderSize + kLz4BlockHeaderSize + (size < kLz4SmallestMatched ? 0 : 1);
}

}  // namespace

void append_fill_frame(FrameKind kind, std::byte value, std::size_t size,
                       std::uint32_t own_checksum, ByteVector& out) {
  ByteWriter writer(out);
  if (kind == FrameKind::kLz4Fill) {
    append_lz4_fill(value, size, writer);
  } else {
    append_zstd_fill(value, size, writer);
  }
  writer.u32(own_checksum);
}

void FillChecksum::remember(ByteSpan fill) {
  if (fill.size() == size_ && fill.front() == value_) return;
  value_ = fill.front();
  size_ = fill.size();
  content_.reset();
  lz4_.reset();
}

std::uint32_t FillChecksum::content(ByteSpan fill) {
  remember(fill);
  if (!content_) content_ = content_checksum(fill);
  return *content_;
}

std::uint32_t FillChecksum::lz4(ByteSpan fill) {
  remember(fill);
  if (!lz4_) lz4_ = xxh32(fill);
  return *lz4_;
}

Result<void> FillDecoder::decode(FrameKind kind, ByteSpan coded, std::uint32_t checksum,
                                 MutableByteSpan out) {
  const bool lz4 = kind == FrameKind::kLz4Fill;
  const std::size_t value_offset = lz4 ? lz4_value_offset(out.size()) : kZstdValueOffset;
  if (out.empty() || coded.size() <= value_offset + sizeof(checksum)) {
    return fail(ErrorCode::kCorrupt, "{} frame of {} bytes is truncated", to_string(kind),
                coded.size());
  }
  // The encoding is canonical: the frame is right if it is the one that we would write.
  const std::byte value = coded[value_offset];
  const std::uint32_t own_checksum = lz4 ? ByteReader(coded.last(4)).u32() : checksum;
  expected_.clear();
  append_fill_frame(kind, value, out.size(), own_checksum, expected_);
  if (as_text(coded) != as_text(expected_)) {
    return fail(ErrorCode::kCorrupt, "not a {} frame of {} bytes with checksum {:08x}",
                to_string(kind), out.size(), checksum);
  }
  std::memset(out.data(), static_cast<int>(value), out.size());
  if (checksum_.content(out) != checksum) {
    return fail(ErrorCode::kCorrupt, "{} frame's content does not match checksum {:08x}",
                to_string(kind), checksum);
  }
  return {};
}

}  // namespace zvfs
