#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <string_view>

#include "base/bytes.h"
#include "base/result.h"

namespace zvfs {

/// Where an archive and its messages go.
struct TarExport {
  unsigned threads = 1;                              ///< Number of threads that decode.
  std::function<Result<void>(ByteSpan)> write;       ///< Takes the archive's bytes in order.
  std::function<void(std::string_view)> message;     ///< Takes a line for people.
  std::atomic<std::uint64_t>* bytes_done = nullptr;  ///< Counts the archive's bytes; may be null.

  /// The size that the cache of the image should have, in bytes. A quarter is decoded ahead.
  static constexpr std::uint64_t kCacheSize = std::uint64_t{64} << 20;
};

}  // namespace zvfs
