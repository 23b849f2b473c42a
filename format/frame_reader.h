#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "base/mutex.h"
#include "base/result.h"
#include "codecs/frame_decoder.h"
#include "format/decode_gate.h"
#include "format/frame.h"
#include "format/frame_cache.h"
#include "format/frame_memory.h"
#include "format/image_source.h"
#include "format/offsets.h"
#include "trust/sha256.h"

namespace zvfs {

class FrameDigests;

/// Where the coded bytes of a frame lie, and the size they decode to.
struct FrameLocation {
  ImageOffset offset;
  std::uint32_t coded_size = 0;    ///< In bytes; at most max_coded_size(decoded_size).
  std::uint32_t decoded_size = 0;  ///< In bytes; at least 1.
  std::uint32_t checksum = 0;
  FrameKind kind = FrameKind::kZstd;
};

/// The most bytes that a frame of `decoded_size` may take in an image (docs/format.md, "Limits"). A
/// writer that never expands its input by more than block headers stays within it.
constexpr std::uint64_t max_coded_size(std::uint64_t decoded_size) {
  return decoded_size + decoded_size / 256 + 64;
}

/// What a reader did since it was made. Monotonic.
struct FrameReaderStats {
  std::uint64_t decodes = 0;  ///< Frames decoded.
  std::uint64_t decoded_bytes = 0;
  std::uint64_t coded_bytes = 0;  ///< Read from the image for these.
  std::uint64_t failures = 0;
};

/// Reads, verifies and decodes the frames of an image, through the cache. Index frames and data
/// frames take the same path. What all threads need to decode, coded and decoded bytes together, is
/// at most the capacity of the cache or kLeastDecoding, whichever is more, or what one frame needs;
/// others wait. Thread-safe. Borrows source, cache and memory.
///
/// Of a verified image, the coded bytes of a frame are compared with its digest before they are
/// decoded, in whatever way it is read.
class FrameReader {
 public:
  /// In bytes: enough for thirty threads with frames of the usual sizes.
  static constexpr std::uint64_t kLeastDecoding = std::uint64_t{8} << 20;

  /// The image begins at `image_start` in `source`. `digests` is null unless the image is verified;
  /// it is borrowed, and need not live before the first read.
  FrameReader(const ImageSource& source, std::uint64_t image_start, FrameCache& cache,
              FrameMemory& memory, const FrameDigests* digests);

  /// The frame `key`, if it is cached. Cheap.
  FramePtr cached(FrameKey key) { return cache_.find(key); }

  /// The decoded frame `key`, which lies at `location`. Unless it is cached, asks first whether the
  /// calling thread's task is still wanted, and may wait for other threads.
  /// Errors: Corrupt (names the frame and its image offset), Io, Cancelled. Throws std::bad_alloc.
  Result<FramePtr> read(FrameKey key, FrameClass frame_class, const FrameLocation& location);

  /// Decodes and verifies the frame `key`, which lies at `location`, into `out`, which has
  /// location.decoded_size bytes. Bypasses the cache: for callers that read every frame once.
  /// Errors: Corrupt (names the frame and its image offset), Io; `out` is then unspecified.
  Result<void> decode(FrameKey key, const FrameLocation& location, MutableByteSpan out);

  /// Compares the coded bytes of the frame `key`, which lies at `location`, with `digest`. Does not
  /// decode them. Errors: Corrupt (names the frame and its image offset), Io.
  Result<void> compare(FrameKey key, const FrameLocation& location, const Sha256Digest& digest);

  /// The coded bytes of the frame `key`, which lies at `location`, into `out`, which has
  /// location.coded_size bytes. Errors: Corrupt (of a verified image: another digest), Io.
  Result<void> read_coded(FrameKey key, const FrameLocation& location, MutableByteSpan out) const;

  /// Reads bytes of the image that are not a frame: these are not verified. Errors: Io.
  Result<void> read_raw(ImageOffset offset, MutableByteSpan out) const;

  /// Frees the decoding contexts that are not in use.
  void release_memory();

  /// The memory for coded bytes that is kept for the next decodes, in bytes. For tests.
  [[nodiscard]] std::size_t idle_bytes() const;

  [[nodiscard]] FrameReaderStats stats() const;

 private:
  // What a decode needs in addition to its output; reused, so that no read builds a context.
  struct Workspace {
    FrameDecoder decoder;
    ByteVector coded;
    std::optional<Sha256> hash = std::nullopt;  // made when it is first needed
  };
  using ExpectedDigest = std::optional<Sha256Digest>;  // none: not verified

  [[nodiscard]] Result<ExpectedDigest> expected_digest(FrameKey key) const;
  Result<void> decode_admitted(FrameKey key, const FrameLocation& location,
                               const ExpectedDigest& digest, MutableByteSpan out);
  Result<void> decode_coded(const FrameLocation& location, const ExpectedDigest& digest,
                            MutableByteSpan out);
  Result<void> read_stored(const FrameLocation& location, const ExpectedDigest& digest,
                           MutableByteSpan out) const;
  Result<MutableByteSpan> read_verified(const FrameLocation& location, const ExpectedDigest& digest,
                                        Workspace& workspace) const;
  std::unique_ptr<Workspace> take_workspace();
  void return_workspace(std::unique_ptr<Workspace> workspace);

  const ImageSource& source_;
  std::uint64_t image_start_;
  FrameCache& cache_;
  FrameMemory& memory_;
  const FrameDigests* const digests_;
  DecodeGate gate_;

  mutable Mutex mutex_;
  std::vector<std::unique_ptr<Workspace>> idle_workspaces_ ZVFS_GUARDED_BY(mutex_);
  std::size_t idle_bytes_ ZVFS_GUARDED_BY(mutex_) = 0;  // of coded bytes in these

  std::atomic<std::uint64_t> decodes_{0};
  std::atomic<std::uint64_t> decoded_bytes_{0};
  std::atomic<std::uint64_t> coded_bytes_{0};
  std::atomic<std::uint64_t> failures_{0};
};

}  // namespace zvfs
