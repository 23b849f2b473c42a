#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>

#include "base/bytes.h"
#include "base/result.h"

struct ZSTD_DCtx_s;

namespace zvfs {

/// Decodes a zstd frame of any size piece by piece. Needs memory for its window, up to 128 MiB, as
/// the zstd command allows. Not thread-safe.
class ZstdStream {
 public:
  static constexpr int kMaxWindowLog = 27;

  /// The window in bytes that the frame at the front of `head`, of 18 bytes at least, asks for;
  /// nothing if there is no zstd frame.
  static std::optional<std::uint64_t> window_of(ByteSpan head);

  /// Throws std::bad_alloc.
  ZstdStream();

  /// Prepares for another frame.
  void reset();

  struct Step {
    std::size_t read = 0;     ///< Bytes consumed from `coded`.
    std::size_t written = 0;  ///< Bytes produced in `out`.
    bool at_end = false;      ///< The frame is complete, and matches its checksum if it has one.
  };
  /// Decodes as much of `coded` as fits into `out`. Errors: Corrupt.
  Result<Step> decode(ByteSpan coded, MutableByteSpan out);

 private:
  struct Free {
    void operator()(ZSTD_DCtx_s* context) const;
  };
  std::unique_ptr<ZSTD_DCtx_s, Free> context_;
};

}  // namespace zvfs
