#pragma once

#include <memory>

#include "base/bytes.h"
#include "base/result.h"
#include "mkimage/archives/archive_reader.h"
#include "mkimage/archives/byte_stream.h"
#include "mkimage/report/progress.h"

namespace zvfs {

/// The content of a file, a pipe or another stream, decompressed if it is compressed in a form that
/// libarchive knows: gzip, bzip2, xz, lzma, lzip, zstd, lz4, compress, lzop, or an rpm around it.
/// Skips the skippable frames of images. Not thread-safe.
class DecompressedFile final : public ByteStream {
 public:
  /// Borrows `fd`, read from its current offset, and `progress`, which gets the bytes read. Errors:
  /// Io, Corrupt (compressed data that is damaged from the start).
  static Result<std::unique_ptr<DecompressedFile>> open(int fd, Progress& progress);
  /// The same for another stream; `progress` may be null.
  static Result<std::unique_ptr<DecompressedFile>> open(std::unique_ptr<ByteStream> stream,
                                                        Progress* progress = nullptr);

  /// Errors: Io, Corrupt.
  Result<ByteSpan> next() override;

  /// What next() will give. Errors: as next().
  Result<ByteSpan> peek();

 private:
  DecompressedFile(std::unique_ptr<ArchiveReader> reader, Progress* progress);
  static Result<std::unique_ptr<DecompressedFile>> begin(std::unique_ptr<ArchiveReader> reader,
                                                         Progress* progress);
  Result<bool> fill();

  Progress* const progress_;
  std::unique_ptr<ArchiveReader> reader_;
  ByteVector buffer_;
  std::size_t size_ = 0;    // of what the buffer holds
  bool is_peeked_ = false;  // and is still to be given out
  ByteSpan block_;          // of the reader's, not yet in the buffer
  bool ended_ = false;
};

}  // namespace zvfs
