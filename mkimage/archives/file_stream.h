#pragma once

#include <cstdint>
#include <limits>

#include "base/bytes.h"
#include "base/result.h"
#include "mkimage/archives/byte_stream.h"
#include "mkimage/report/progress.h"

namespace zvfs {

/// The bytes of a file or pipe from its current offset on. Not thread-safe.
class FileStream final : public ByteStream {
 public:
  static constexpr std::uint64_t kToTheEnd = std::numeric_limits<std::uint64_t>::max();

  /// Borrows both; `progress` gets the bytes read, which are `size` at most.
  FileStream(int fd, Progress& progress, std::uint64_t size = kToTheEnd);

  /// Errors: Io.
  Result<ByteSpan> next() override;

 private:
  const int fd_;
  Progress& progress_;
  const std::uint64_t size_;
  ByteVector buffer_;
  std::uint64_t position_ = 0;
};

}  // namespace zvfs
