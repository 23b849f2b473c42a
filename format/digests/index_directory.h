#pragma once

#include <cstdint>

#include "base/bytes.h"
#include "base/result.h"
#include "format/image_source.h"
#include "format/index_header.h"
#include "trust/root_digest.h"
#include "trust/sha256.h"

namespace zvfs {

/// Where the index frames lie, and their digests. A directory of usual size is held in memory; rows
/// of a larger one are read when they are asked for. Immutable and thread-safe.
/// Spec: docs/format.md, "Index directory", "Digests".
class IndexDirectory {
 public:
  /// A directory of more bytes than this is not held, unless it is verified: no image can claim
  /// more memory.
  static constexpr std::size_t kMostHeld = std::size_t{1} << 20;
  /// An image with more index frames than this cannot be verified: what proves them is held, 48
  /// bytes for each.
  static constexpr std::uint32_t kMostVerified = 1 << 20;

  /// The directory of the image with that header, which begins at `image_start` in `source`.
  /// Borrows the source. Errors: Io.
  static Result<IndexDirectory> open(const ImageSource& source, std::uint64_t image_start,
                                     const IndexHeader& header);

  /// The same, together with the digests of the index frames, after it was verified: both must hash
  /// to `root`, behind `header_bytes`, the bytes that `header` was parsed from.
  /// Errors: Corrupt (another root), InvalidArgument (no digests), TooLarge (kMostVerified), Io.
  static Result<IndexDirectory> open_verified(const ImageSource& source, std::uint64_t image_start,
                                              const IndexHeader& header, ByteSpan header_bytes,
                                              const RootDigest& root);

  /// The entry of index frame `number`, which must be below the header's index_frame_count.
  /// Errors: Io.
  [[nodiscard]] Result<IndexEntry> entry(std::uint32_t number) const;

  /// The digest of index frame `number`, likewise. Precondition: the image has digests. Errors: Io.
  [[nodiscard]] Result<Sha256Digest> digest(std::uint32_t number) const;

 private:
  // Rows that lie one after another in the source.
  struct Rows {
    std::uint64_t begin = 0;  // in the source
    std::uint64_t size = 0;   // of all, in bytes
    ByteVector held = {};     // all, or none
  };

  IndexDirectory(const ImageSource& source, std::uint64_t image_start, const IndexHeader& header);
  Result<void> hold(Rows& rows) const;
  Result<void> read(const Rows& rows, std::uint64_t at, MutableByteSpan out) const;

  const ImageSource& source_;
  Rows entries_;
  Rows digests_;
};

}  // namespace zvfs
