#pragma once

#include <cstdint>

#include "base/bytes.h"
#include "base/result.h"
#include "codecs/fill_frame.h"
#include "codecs/frame_kind.h"
#include "codecs/zstd_codec.h"

namespace zvfs {

/// Decodes frames of every kind. Owns its decoding context, which all calls reuse.
/// Not thread-safe: one decoder per thread, or a pool. The constructor throws std::bad_alloc.
class FrameDecoder {
 public:
  /// Decodes `coded`, which must be exactly one frame, into the whole of `out`, and verifies the
  /// content against `checksum` (see content_checksum()). Whatever the bytes say, it reads and
  /// writes nothing outside the two spans, and allocates nothing that depends on the bytes.
  /// Errors: Corrupt (not one frame of this kind, another size, another checksum); `out` is then
  /// unspecified.
  Result<void> decode(FrameKind kind, ByteSpan coded, std::uint32_t checksum, MutableByteSpan out);

 private:
  ZstdDecompressor zstd_;
  FillDecoder fill_;
};

}  // namespace zvfs
