// LZ4 frames, through liblz4's block functions. Its frame functions decode half as fast, and accept
// more than an image may hold (docs/codecs.md).
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

#include "base/bytes.h"
#include "base/result.h"

namespace zvfs {

/// Makes LZ4 frames of one level. Owns its state, which all calls reuse. Not thread-safe.
class Lz4Compressor {
 public:
  /// `level` as in levels_of(Codec::kLz4): below 3 the fast compressor, from 3 up the HC one.
  /// Throws std::bad_alloc.
  explicit Lz4Compressor(int level);

  /// Writes the frame of `content` (1 to kMaxFrameSize bytes) to the start of `out` and returns its
  /// size, or 0 if it does not fit. Blocks that do not shrink are left uncompressed.
  std::size_t compress(ByteSpan content, MutableByteSpan out);

 private:
  std::size_t compress_block(ByteSpan content, MutableByteSpan out);

  int level_;
  std::unique_ptr<std::byte[]> state_;
};

/// Decodes `coded`, which must be exactly one LZ4 frame in the form that lz4_framing.h describes,
/// into the whole of `out`. Verifies neither its checksum nor the content.
/// Errors: Corrupt.
Result<void> decode_lz4_frame(ByteSpan coded, MutableByteSpan out);

/// The version of the linked liblz4, as "1.9.4".
const char* lz4_version();

}  // namespace zvfs
