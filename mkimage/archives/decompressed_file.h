#pragma once

#include <cstdint>
#include <memory>
#include <utility>

#include "base/bytes.h"
#include "base/result.h"
#include "base/warnings.h"
#include "mkimage/archives/buffered_stream.h"
#include "mkimage/archives/byte_stream.h"
#include "mkimage/archives/file_stream.h"
#include "mkimage/report/progress.h"

namespace zvfs {

/// The content of a file, a pipe or another stream, decompressed if it is compressed, even more
/// than once, with gzip or in a form that libarchive knows: bzip2, xz, lzma, lzip, zstd, lz4,
/// compress, or an rpm around it. Skips the skippable frames of images. Not thread-safe.
class DecompressedFile final : public ByteStream {
 public:
  /// Borrows `fd`, read from its current offset, `progress`, which gets the bytes read, and
  /// `warnings`, which gets notes about bytes behind compressed data. Errors: Io, Corrupt
  /// (compressed data that is damaged from the start). Takes `size` bytes at most.
  static Result<std::unique_ptr<DecompressedFile>> open(int fd, Progress& progress,
                                                        Warnings& warnings,
                                                        std::uint64_t size = FileStream::kToTheEnd);
  /// The same for another stream, which counts its own bytes.
  static Result<std::unique_ptr<DecompressedFile>> open(std::unique_ptr<ByteStream> stream,
                                                        Warnings& warnings);
  static Result<std::unique_ptr<DecompressedFile>> open(std::shared_ptr<BufferedStream> source,
                                                        Warnings& warnings);

  /// Errors: Io, Corrupt.
  Result<ByteSpan> next() override;

  /// What next() will give. Precondition: it was not called yet. Errors: as next().
  Result<ByteSpan> peek();

  [[nodiscard]] bool is_compressed() const { return is_compressed_; }

  /// Where to read on after the end, if what was opened is gzip: bytes there are not noted then.
  /// Null for any other content.
  std::shared_ptr<BufferedStream> take_rest() { return std::exchange(rest_, nullptr); }

 private:
  explicit DecompressedFile(Warnings& warnings);
  Result<void> take_layers(std::shared_ptr<BufferedStream> source);
  Result<bool> take_layer(std::shared_ptr<BufferedStream> source);
  Result<ByteSpan> take_block();
  Result<bool> fill();
  Result<void> note_rest();

  Warnings& warnings_;
  Progress* progress_ = nullptr;
  std::unique_ptr<ByteStream> content_;
  std::shared_ptr<BufferedStream> rest_;  // the source of an outermost layer of gzip
  bool is_compressed_ = false;
  ByteVector buffer_;
  std::size_t size_ = 0;  // of what the buffer holds
  bool is_begun_ = false;
  bool is_peeked_ = false;  // and is still to be given out
  ByteSpan block_;          // of the content's, not yet in the buffer
  bool ended_ = false;
};

}  // namespace zvfs
