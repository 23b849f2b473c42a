#include "codecs/checksum.h"

#include <xxhash.h>

#include "codecs/simd.h"

namespace zvfs {

std::uint64_t xxh64(ByteSpan bytes) { return simd().xxh64(bytes.data(), bytes.size()); }

std::uint32_t xxh32(ByteSpan bytes) { return XXH32(bytes.data(), bytes.size(), 0); }

}  // namespace zvfs
