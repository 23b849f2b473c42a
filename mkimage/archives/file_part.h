#pragma once

#include <cstdint>

#include "base/bytes.h"
#include "base/result.h"
#include "mkimage/archives/byte_stream.h"

namespace zvfs {

/// The bytes of a file from one offset to another. Not thread-safe.
class FilePart final : public ByteStream {
 public:
  /// Borrows `fd`, whose own offset does not matter.
  FilePart(int fd, std::uint64_t begin, std::uint64_t end);

  /// Errors: Io (also: the file has become shorter).
  Result<ByteSpan> next() override;

 private:
  const int fd_;
  std::uint64_t at_;
  const std::uint64_t end_;
  ByteVector buffer_;
};

}  // namespace zvfs
