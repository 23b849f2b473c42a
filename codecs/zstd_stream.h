#pragma once

#include <cstddef>
#include <memory>

#include "base/bytes.h"
#include "base/result.h"

struct ZSTD_DCtx_s;

namespace zvfs {

/// Decodes a zstd frame of any size piece by piece, with the memory of its window, which may have
/// 128 MiB, as the zstd command allows. Not thread-safe.
class ZstdStream {
 public:
  /// Throws std::bad_alloc.
  ZstdStream();

  /// Makes it ready for another frame.
  void reset();

  struct Step {
    std::size_t read = 0;     ///< Bytes taken from `coded`.
    std::size_t written = 0;  ///< Bytes put into `out`.
    bool at_end = false;      ///< The frame is complete, and matches its checksum if it has one.
  };
  /// Decodes from `coded` into `out` what fits. Errors: Corrupt.
  Result<Step> decode(ByteSpan coded, MutableByteSpan out);

 private:
  struct Free {
    void operator()(ZSTD_DCtx_s* context) const;
  };
  std::unique_ptr<ZSTD_DCtx_s, Free> context_;
};

}  // namespace zvfs
