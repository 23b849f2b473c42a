#pragma once

#include <cstdint>
#include <memory>

#include "base/bytes.h"
#include "base/result.h"
#include "codecs/frame_kind.h"

namespace zvfs {

/// A coded frame. `bytes` borrows from the FrameEncoder that made it, until its next encode().
struct EncodedFrame {
  FrameKind kind;
  std::uint32_t checksum;  ///< content_checksum() of the decoded bytes.
  ByteSpan bytes;
};

/// Encodes frames, choosing each one's kind from its content: fill when it is one repeated byte,
/// stored when zstd does not make it smaller, zstd otherwise. The output depends on the content,
/// the level and the libzstd version alone. Owns its context and buffer, which every call reuses.
/// Not thread-safe: one encoder per thread.
class FrameEncoder {
 public:
  /// The levels of the library: negative ones are the fast levels.
  static int min_level();
  static int max_level();

  /// `level` must be in [min_level(), max_level()] and not 0. Throws std::bad_alloc.
  explicit FrameEncoder(int level);
  ~FrameEncoder();
  FrameEncoder(FrameEncoder&&) noexcept;
  FrameEncoder& operator=(FrameEncoder&&) noexcept;

  /// Encodes `content`, of 1 to kMaxFrameSize bytes.
  /// Errors: TooLarge, InvalidArgument (empty), NoMemory.
  Result<EncodedFrame> encode(ByteSpan content);

 private:
  struct Context;
  std::unique_ptr<Context> context_;
  ByteVector buffer_;
};

}  // namespace zvfs
