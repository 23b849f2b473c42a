#pragma once

#include <atomic>
#include <cstdint>
#include <functional>

#include "base/result.h"
#include "format/frame.h"
#include "format/image_tables.h"

namespace zvfs {

/// What a scan has compared.
struct DigestScanReport {
  std::uint64_t frames = 0;       ///< Index frames and data frames.
  std::uint64_t wrong = 0;        ///< Of these.
  std::uint64_t coded_bytes = 0;  ///< That were hashed.
};

/// How to scan, and where to report.
struct DigestScanOptions {
  unsigned threads = 1;
  /// Takes each frame that is not proved: its bytes have another digest, or cannot be read, or its
  /// row cannot. Called in order, index frames first, by one thread at a time.
  std::function<void(FrameKey frame, const Error& error)> on_wrong;
  std::atomic<std::uint64_t>* bytes_done = nullptr;  ///< Follows the coded bytes; may be null.
};

/// Compares the coded bytes of every frame of an image with its digest, without decoding the data
/// frames. If the image was opened with its root, then what this finds nothing wrong with is, byte
/// for byte, what the root stands for. Memory: a few thousand frames' errors, and for each thread a
/// frame's coded bytes.
/// Errors: InvalidArgument (the image has no digests), Corrupt (frames overlap: together they take
/// more bytes than there are).
Result<DigestScanReport> scan_digests(const ImageTables& image, const DigestScanOptions& options);

}  // namespace zvfs
