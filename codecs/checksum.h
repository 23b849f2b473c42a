#pragma once

#include <cstdint>

#include "base/bytes.h"

namespace zvfs {

/// XXH64 with seed 0, the hash of the Zstandard and seekable formats.
std::uint64_t xxh64(ByteSpan bytes);

/// XXH32 with seed 0, the hash of the LZ4 Frame Format.
std::uint32_t xxh32(ByteSpan bytes);

/// The low 32 bits of XXH64: a zstd frame's content checksum (RFC 8878, 3.1.1) and a seek table
/// entry's checksum.
inline std::uint32_t content_checksum(ByteSpan bytes) {
  return static_cast<std::uint32_t>(xxh64(bytes));
}

}  // namespace zvfs
