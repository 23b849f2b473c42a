#pragma once

#include <cstdint>

#include "base/bytes.h"

namespace zvfs::testing {

inline std::uint32_t crc32(ByteSpan bytes) {
  std::uint32_t crc = ~std::uint32_t{0};
  for (const std::byte byte : bytes) {
    crc ^= std::to_integer<std::uint32_t>(byte);
    for (int bit = 0; bit < 8; ++bit) crc = crc >> 1 ^ (0xEDB8'8320 & (0 - (crc & 1)));
  }
  return ~crc;
}

/// A gzip file of `content` (RFC 1952), in stored blocks.
inline ByteVector gzip_member(ByteSpan content) {
  constexpr std::size_t kMaxBlock = 0xFFFF;
  ByteVector member;
  ByteWriter writer(member);
  writer.append(std::string_view("\x1F\x8B\x08\0\0\0\0\0\0\x03", 10));
  for (ByteSpan rest = content;;) {
    const ByteSpan block = rest.first(std::min(rest.size(), kMaxBlock));
    rest = rest.subspan(block.size());
    const auto size = static_cast<std::uint16_t>(block.size());
    writer.u8(rest.empty() ? 1 : 0);
    writer.u16(size);
    writer.u16(static_cast<std::uint16_t>(~size));
    writer.append(block);
    if (rest.empty()) break;
  }
  writer.u32(crc32(content));
  writer.u32(static_cast<std::uint32_t>(content.size()));
  return member;
}

}  // namespace zvfs::testing
