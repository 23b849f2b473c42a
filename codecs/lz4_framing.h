// The parts of an LZ4 frame that need no compressor, in the one form that images have: independent
// blocks, a content size, a content checksum, and no other option. Spec: LZ4 Frame Format 1.6.2.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>

#include "base/bytes.h"
#include "codecs/checksum.h"

namespace zvfs {

inline constexpr std::uint32_t kLz4Magic = 0x184D2204;
inline constexpr std::size_t kLz4HeaderSize = 4 + 2 + 8 + 1;
inline constexpr std::size_t kLz4BlockHeaderSize = 4;
inline constexpr std::size_t kLz4TrailerSize = 4 + 4;        ///< End mark and content checksum.
inline constexpr std::uint32_t kLz4Uncompressed = 1U << 31;  ///< In a block header.

/// The code of the maximum block size (4 to 7): the smallest that holds `content_size` bytes, or
/// else the largest. The fewer blocks the better: they are independent, and LZ4's window is 64 KiB.
constexpr std::uint8_t lz4_block_size_code(std::size_t content_size) {
  std::uint8_t code = 4;
  while (code < 7 && content_size > std::size_t{1} << (8 + 2 * code)) ++code;
  return code;
}

/// The content of every block but the last, in bytes: 64 KiB, 256 KiB, 1 MiB or 4 MiB.
constexpr std::size_t lz4_block_size(std::size_t content_size) {
  return std::size_t{1} << (8 + 2 * lz4_block_size_code(content_size));
}

/// The header of such a frame. An array, since an allocation would be noticeable for small frames.
inline std::array<std::byte, kLz4HeaderSize> lz4_header(std::size_t content_size) {
  constexpr std::uint8_t kFlags = 1 << 6 | 1 << 5 | 1 << 3 | 1 << 2;
  std::array<std::byte, kLz4HeaderSize> header;
  std::memcpy(header.data(), &kLz4Magic, sizeof(kLz4Magic));
  const std::span<std::byte> descriptor = std::span(header).subspan(sizeof(kLz4Magic), 10);
  descriptor[0] = std::byte{kFlags};
  descriptor[1] = std::byte(lz4_block_size_code(content_size) << 4);
  const std::uint64_t size = content_size;
  std::memcpy(&descriptor[2], &size, sizeof(size));
  header.back() = std::byte(xxh32(descriptor) >> 8 & 0xFF);
  return header;
}

}  // namespace zvfs
