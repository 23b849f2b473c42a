#pragma once

#include <cstdint>
#include <optional>

#include "base/bytes.h"
#include "base/result.h"
#include "codecs/codec.h"
#include "codecs/fill_frame.h"
#include "codecs/frame_kind.h"
#include "codecs/lz4_codec.h"
#include "codecs/output_buffer.h"
#include "codecs/zstd_codec.h"

namespace zvfs {

/// A coded frame. `bytes` borrows from the FrameEncoder that made it, until its next encode().
struct EncodedFrame {
  FrameKind kind;
  std::uint32_t checksum;  ///< content_checksum() of the decoded bytes.
  ByteSpan bytes;
};

/// Encodes frames, choosing the kind of each from its content (docs/codecs.md has the rule): fill
/// if it is one repeated byte, stored if it shrinks by less than a 64th, otherwise the codec's. The
/// output depends only on the content, the options and the versions of the libraries. Owns its
/// contexts and buffers, which all calls reuse.
/// Not thread-safe: one encoder per thread.
class FrameEncoder {
 public:
  /// `options.level` must be one of the codec's. Throws std::bad_alloc.
  explicit FrameEncoder(const EncoderOptions& options);

  /// Encodes `content`, of 1 to kMaxFrameSize bytes.
  /// Errors: TooLarge, InvalidArgument (empty), NoMemory.
  Result<EncodedFrame> encode(ByteSpan content);

 private:
  EncodedFrame fill(ByteSpan content);
  EncodedFrame stored(ByteSpan content);
  Result<bool> is_incompressible(ByteSpan content);
  Result<EncodedFrame> by_zstd(ByteSpan content);
  EncodedFrame by_lz4(ByteSpan content);
  EncodedFrame faster_to_read(ByteSpan content, const EncodedFrame& zstd);

  // Those that the codec needs; the quick ones tell cheaply whether the others are worth trying.
  EncoderOptions options_;
  std::optional<ZstdCompressor> zstd_;
  std::optional<ZstdCompressor> quick_zstd_;
  std::optional<Lz4Compressor> lz4_;
  std::optional<Lz4Compressor> quick_lz4_;
  OutputBuffer buffer_;
  OutputBuffer lz4_buffer_;
  FillChecksum fill_checksum_;
  ByteVector fill_;
};

}  // namespace zvfs
