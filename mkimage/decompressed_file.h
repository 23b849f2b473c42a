#pragma once

#include <cstdint>
#include <memory>

#include "base/bytes.h"
#include "base/result.h"
#include "mkimage/byte_stream.h"
#include "mkimage/progress.h"

struct archive;

namespace zvfs {

/// The content of a file, a pipe or a terminal, decompressed if it is compressed in a form that
/// libarchive knows: gzip, bzip2, xz, lzma, lzip, zstd, lz4, compress, lzop, or an rpm around it.
/// The skippable frames of images are skipped. Not thread-safe.
class DecompressedFile final : public ByteStream {
 public:
  /// Borrows `fd`, which is read from where it stands, and `progress`, which gets the bytes read.
  /// Errors: Io, Corrupt (compressed data that is damaged from the start).
  static Result<std::unique_ptr<DecompressedFile>> open(int fd, Progress& progress);

  /// Errors: Io, Corrupt.
  Result<ByteSpan> next() override;

 private:
  struct Free {
    void operator()(archive* handle) const;
  };
  explicit DecompressedFile(Progress& progress);
  Result<bool> fill();
  [[nodiscard]] Unexpected failure() const;

  Progress& progress_;
  std::unique_ptr<archive, Free> archive_;
  ByteVector buffer_;
  std::size_t size_ = 0;  // of what the buffer holds
  ByteSpan block_;        // of libarchive's, not yet in the buffer
  bool ended_ = false;
};

}  // namespace zvfs
