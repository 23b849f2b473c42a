#pragma once

#include <cstdint>
#include <memory>
#include <optional>

#include "base/result.h"
#include "format/digests/frame_digests.h"
#include "format/digests/index_directory.h"
#include "format/frame_cache.h"
#include "format/frame_reader.h"
#include "format/frame_table.h"
#include "format/image_source.h"
#include "format/index_header.h"
#include "format/index_reader.h"
#include "trust/root_digest.h"

namespace zvfs {

struct ImageOptions {
  /// The bound in bytes on all decoded data that is held or being decoded. One frame per reader is
  /// always allowed, so a bound below the frame size slows reads but fails none.
  std::uint64_t cache_size_bytes = std::uint64_t{64} << 20;
  /// If given, the image must be the one that this root stands for. Nothing of it is decoded, and
  /// no table believed, before its digest holds: whatever is not as it was fails with Corrupt.
  std::optional<RootDigest> root = std::nullopt;
};

/// An open image below its files: header, frames and tables. Image is built on it, and so are tools
/// that check, map or copy images. Users must check the contents of rows themselves.
/// Immutable and thread-safe.
class ImageTables {
 public:
  /// Finds the index from the end of `source` and verifies its header: steps 1 to 3 of
  /// docs/format.md, "Opening an image", in two reads, and a third of the index directory, if it is
  /// held: see IndexDirectory. Does not read the tables. With options.root, a fourth of the
  /// digests. Errors: InvalidArgument (not a zvfs image; a root, but no digests; ZVFS_SIMD, see
  /// check_simd()), Corrupt (also: another root), Unsupported (needs a newer zvfs), TooLarge (too
  /// large to be verified), Io.
  static Result<std::unique_ptr<ImageTables>> open(std::unique_ptr<const ImageSource> source,
                                                   const ImageOptions& options);
  ImageTables(const ImageTables&) = delete;
  ImageTables& operator=(const ImageTables&) = delete;

  [[nodiscard]] const IndexHeader& header() const { return header_; }
  /// Where the image begins in its source; bytes before it belong to something else.
  [[nodiscard]] std::uint64_t start() const { return start_; }
  [[nodiscard]] const ImageSource& source() const { return *source_; }
  [[nodiscard]] const IndexReader& index() const { return index_; }
  /// What frames must hash to, whether or not that is verified when they are read.
  [[nodiscard]] const FrameDigests& digests() const { return digests_; }
  /// options.root of open(): what all that is read has been proved by.
  [[nodiscard]] const std::optional<RootDigest>& verified_root() const { return root_; }
  [[nodiscard]] const FrameTable& frame_table() const { return frame_table_; }
  [[nodiscard]] FrameReader& frames() const { return frames_; }
  [[nodiscard]] const FrameCache& cache() const { return cache_; }

  [[nodiscard]] FrameMemory& frame_memory() const { return *frame_memory_; }

  /// Drops everything that can be read again: cached frames, idle decoders and memory. What readers
  /// have pinned stays.
  void release_memory() const;

 private:
  ImageTables(std::unique_ptr<const ImageSource> source, IndexHeader header, std::uint64_t start,
              IndexDirectory directory, const ImageOptions& options);

  const std::unique_ptr<const ImageSource> source_;
  const IndexHeader header_;
  const std::uint64_t start_;
  const IndexDirectory directory_;
  const std::optional<RootDigest> root_;
  const std::shared_ptr<FrameMemory> frame_memory_ = std::make_shared<FrameMemory>();
  mutable FrameCache cache_;
  mutable FrameReader frames_;
  const IndexReader index_;
  const FrameDigests digests_;
  const FrameTable frame_table_;
};

}  // namespace zvfs
