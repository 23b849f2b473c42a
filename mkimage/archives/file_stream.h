#pragma once

#include <cstdint>

#include "base/bytes.h"
#include "base/result.h"
#include "mkimage/archives/byte_stream.h"
#include "mkimage/report/progress.h"

namespace zvfs {

/// The bytes of a file or pipe from its current offset on. Not thread-safe.
class FileStream final : public ByteStream {
 public:
  /// Borrows both; `progress` gets the bytes read.
  FileStream(int fd, Progress& progress);

  /// Errors: Io.
  Result<ByteSpan> next() override;

 private:
  const int fd_;
  Progress& progress_;
  ByteVector buffer_;
  std::uint64_t position_ = 0;
};

}  // namespace zvfs
