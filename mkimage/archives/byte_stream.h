#pragma once

#include <cstdint>

#include "base/bytes.h"
#include "base/result.h"

namespace zvfs {

/// About how many bytes at a time come from a stream that generates its content.
inline constexpr std::uint64_t kStreamRunSize = std::uint64_t{1} << 20;

/// Bytes that come once, from front to back. Not thread-safe.
class ByteStream {
 public:
  virtual ~ByteStream() = default;

  /// The next bytes, valid until the next call; none at the end. In a tar that is to be built, all
  /// runs but the last are a multiple of 512 bytes, so that the image does not depend on their
  /// sizes.
  virtual Result<ByteSpan> next() = 0;
};

}  // namespace zvfs
