#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <string_view>

#include "base/bytes.h"
#include "base/result.h"

namespace zvfs {

/// Where an archive goes, and who is told what.
struct TarExport {
  unsigned threads = 1;                              ///< That decode.
  std::function<Result<void>(ByteSpan)> write;       ///< Takes the archive's bytes, in their order.
  std::function<void(std::string_view)> message;     ///< Takes a line for people.
  std::atomic<std::uint64_t>* bytes_done = nullptr;  ///< Counts those of the archive; may be null.

  /// The memory that an image's cache must have for it, in bytes.
  static constexpr std::uint64_t kCacheSize = std::uint64_t{64} << 20;
};

}  // namespace zvfs
