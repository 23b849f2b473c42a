#pragma once

#include <cstdint>
#include <memory>

#include "base/result.h"
#include "format/frame_cache.h"
#include "format/frame_reader.h"
#include "format/frame_table.h"
#include "format/image_source.h"
#include "format/index_header.h"
#include "format/index_reader.h"

namespace zvfs {

struct ImageOptions {
  /// The bound in bytes on all decoded data that is held or being decoded. One frame per reader is
  /// always allowed, so a bound below the frame size slows reads but fails none.
  std::uint64_t cache_size_bytes = std::uint64_t{64} << 20;
};

/// An open image below its files: header, frames and tables. Image is built on it, and so are tools
/// that check, map or copy images. Users must check the contents of rows themselves.
/// Immutable and thread-safe.
class ImageTables {
 public:
  /// Finds the index from the end of `source` and verifies its header: steps 1 to 3 of
  /// docs/format.md, "Opening an image", in two reads. Does not read the tables.
  /// Errors: InvalidArgument (not a zvfs image; ZVFS_SIMD, see check_simd()), Corrupt, Unsupported
  /// (needs a newer zvfs), Io.
  static Result<std::unique_ptr<ImageTables>> open(std::unique_ptr<const ImageSource> source,
                                                   const ImageOptions& options);
  ImageTables(const ImageTables&) = delete;
  ImageTables& operator=(const ImageTables&) = delete;

  [[nodiscard]] const IndexHeader& header() const { return header_; }
  /// Where the image begins in its source; bytes before it belong to something else.
  [[nodiscard]] std::uint64_t start() const { return start_; }
  [[nodiscard]] const ImageSource& source() const { return *source_; }
  [[nodiscard]] const IndexReader& index() const { return index_; }
  [[nodiscard]] const FrameTable& frame_table() const { return frame_table_; }
  [[nodiscard]] FrameReader& frames() const { return frames_; }
  [[nodiscard]] const FrameCache& cache() const { return cache_; }

  [[nodiscard]] FrameMemory& frame_memory() const { return *frame_memory_; }

  /// Drops everything that can be read again: cached frames, idle decoders and memory. What readers
  /// have pinned stays.
  void release_memory() const;

 private:
  ImageTables(std::unique_ptr<const ImageSource> source, IndexHeader header, std::uint64_t start,
              const ImageOptions& options);

  const std::unique_ptr<const ImageSource> source_;
  const IndexHeader header_;
  const std::uint64_t start_;
  const std::shared_ptr<FrameMemory> frame_memory_ = std::make_shared<FrameMemory>();
  mutable FrameCache cache_;
  mutable FrameReader frames_;
  const IndexReader index_;
  const FrameTable frame_table_;
};

}  // namespace zvfs
