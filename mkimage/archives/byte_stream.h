#pragma once

#include <cstdint>

#include "base/bytes.h"
#include "base/result.h"

namespace zvfs {

/// About how many bytes a stream that makes up its content gives at a time.
inline constexpr std::uint64_t kStreamRunSize = std::uint64_t{1} << 20;

/// Bytes that come once, from front to back. Not thread-safe.
class ByteStream {
 public:
  virtual ~ByteStream() = default;

  /// The next bytes, valid until the next call; none at the end. Of a tar that is to be built, all
  /// runs but the last are of a multiple of 512 bytes, so that the image does not depend on how
  /// they come.
  virtual Result<ByteSpan> next() = 0;
};

}  // namespace zvfs
