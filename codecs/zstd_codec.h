// zstd frames, through libzstd with reused contexts.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

#include "base/bytes.h"
#include "base/result.h"

struct ZSTD_CCtx_s;
struct ZSTD_DCtx_s;

namespace zvfs {

enum class ZstdChecksum : std::uint8_t { kOff, kOn };

/// Makes zstd frames of one level, with content size. Not thread-safe.
class ZstdCompressor {
 public:
  /// `level` as in levels_of(Codec::kZstd). Throws std::bad_alloc.
  ZstdCompressor(int level, ZstdChecksum checksum);

  /// Writes the frame of `content` to the start of `out` and returns its size, or 0 if it does not
  /// fit. Errors: NoMemory.
  Result<std::size_t> compress(ByteSpan content, MutableByteSpan out);

 private:
  struct Free {
    void operator()(ZSTD_CCtx_s* context) const;
  };
  std::unique_ptr<ZSTD_CCtx_s, Free> context_;
};

/// Decodes zstd frames. Not thread-safe.
class ZstdDecompressor {
 public:
  /// Throws std::bad_alloc.
  ZstdDecompressor();

  /// Decodes `coded`, which must be exactly one zstd frame, into the whole of `out`. Verifies that
  /// `checksum` is both the content's and the frame's own. Errors: Corrupt.
  Result<void> decode(ByteSpan coded, std::uint32_t checksum, MutableByteSpan out);

 private:
  struct Free {
    void operator()(ZSTD_DCtx_s* context) const;
  };
  std::unique_ptr<ZSTD_DCtx_s, Free> context_;
};

/// The version of the linked libzstd, as "1.5.4".
const char* zstd_version();

}  // namespace zvfs
