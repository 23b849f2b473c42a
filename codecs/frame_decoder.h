#pragma once

#include <cstdint>
#include <memory>

#include "base/bytes.h"
#include "base/result.h"
#include "codecs/frame_kind.h"

namespace zvfs {

/// Decodes frames of every kind. Owns its decoding context, which every call reuses.
/// Not thread-safe: one decoder per thread, or a pool.
class FrameDecoder {
 public:
  /// Throws std::bad_alloc.
  FrameDecoder();
  ~FrameDecoder();
  FrameDecoder(FrameDecoder&&) noexcept;
  FrameDecoder& operator=(FrameDecoder&&) noexcept;

  /// Decodes the one frame that `coded` must hold exactly, into the whole of `out`, and verifies
  /// its content against `checksum` (see content_checksum()). Reads and writes nothing outside
  /// the two spans, whatever the bytes say.
  /// Errors: Corrupt (not one frame of this kind, another size, another checksum), NoMemory;
  /// `out` is then unspecified.
  Result<void> decode(FrameKind kind, ByteSpan coded, std::uint32_t checksum, MutableByteSpan out);

 private:
  struct Context;
  std::unique_ptr<Context> context_;
};

/// The libzstd version that is linked, as "1.5.4".
const char* zstd_version();

}  // namespace zvfs
