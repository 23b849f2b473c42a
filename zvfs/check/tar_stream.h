#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <sys/types.h>

#include "base/bytes.h"
#include "base/result.h"
#include "format/frame_prefetcher.h"
#include "format/image.h"

struct archive;
struct archive_entry;

namespace zvfs {

/// The stream of an image, read as a tar archive by libarchive: by code that is not ours. Frames
/// are decoded ahead. Names are bytes, as the archive has them, whatever the locale. Not
/// thread-safe.
class TarStream {
 public:
  /// Borrows the image. Throws std::bad_alloc.
  TarStream(const Image& image, unsigned threads);
  ~TarStream();
  TarStream(const TarStream&) = delete;
  TarStream& operator=(const TarStream&) = delete;

  /// The next member, valid until the next call, or null at the end of the archive.
  /// Errors: Corrupt (no tar archive, or a frame that does not decode).
  Result<archive_entry*> next();

  /// A piece of the member's data, at `offset` in the file; empty after the last one. It is valid
  /// until the next call of any method.
  struct Block {
    std::uint64_t offset = 0;
    ByteSpan bytes;
    bool at_end = false;
  };
  /// Errors: as next().
  Result<Block> read();

  /// The stream offset of the member's first header.
  [[nodiscard]] std::uint64_t header_offset() const;

  /// True when all frames were read, up to the last.
  [[nodiscard]] bool is_exhausted() const { return next_frame_ == frame_count_; }

 private:
  static ssize_t read_callback(archive* handle, void* self, const void** bytes);
  Result<ByteSpan> read_frame();
  [[nodiscard]] Unexpected failure() const;

  struct Free {
    void operator()(archive* handle) const;
  };

  const ImageTables& image_;
  IndexReader::Cursor cursor_;
  FramePrefetcher prefetcher_;
  std::unique_ptr<archive, Free> archive_;
  const std::uint32_t frame_count_;
  std::uint32_t next_frame_ = 0;
  FramePtr frame_;       // what libarchive is reading
  std::string warning_;  // why it could not be read
};

}  // namespace zvfs
