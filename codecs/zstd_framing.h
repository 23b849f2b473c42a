// The parts of a zstd frame that need no compressor. Spec: RFC 8878, 3.1.1 (frames) and 3.1.1.2
// (blocks).
#pragma once

#include <cstddef>
#include <cstdint>

#include "base/bytes.h"

namespace zvfs {

inline constexpr std::uint32_t kZstdMagic = 0xFD2FB528;
inline constexpr std::size_t kZstdBlockSize = 128 * 1024;  ///< The most content in a block.
inline constexpr std::size_t kZstdHeaderSize = 4 + 1 + 4;  ///< For append_zstd_header().
inline constexpr std::size_t kZstdBlockHeaderSize = 3;

enum class ZstdBlockType : std::uint32_t { kRaw = 0, kRle = 1, kCompressed = 2 };

/// The frame header of `content_size` bytes: single segment, content size, content checksum.
inline void append_zstd_header(std::size_t content_size, ByteWriter& out) {
  constexpr std::uint8_t kDescriptor = 2 << 6 | 1 << 5 | 1 << 2;
  out.u32(kZstdMagic);
  out.u8(kDescriptor);
  out.u32(static_cast<std::uint32_t>(content_size));
}

/// A block header. `size` is the size of the block, or the repeat count of an RLE block.
inline void append_zstd_block_header(ZstdBlockType type, std::size_t size, bool last,
                                     ByteWriter& out) {
  const std::uint32_t header = static_cast<std::uint32_t>(size) << 3 |
                               static_cast<std::uint32_t>(type) << 1 | (last ? 1U : 0U);
  out.u16(static_cast<std::uint16_t>(header));
  out.u8(static_cast<std::uint8_t>(header >> 16));
}

}  // namespace zvfs
