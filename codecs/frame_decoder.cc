#include "codecs/frame_decoder.h"

#include "codecs/checksum.h"
#include "codecs/lz4_codec.h"
#include "codecs/stored_frame.h"

namespace zvfs {

Result<void> FrameDecoder::decode(FrameKind kind, ByteSpan coded, std::uint32_t checksum,
                                  MutableByteSpan out) {
  switch (kind) {
    case FrameKind::kZstd:
      return zstd_.decode(coded, checksum, out);
    case FrameKind::kStored:
    case FrameKind::kLz4Stored:
      return decode_stored_frame(kind, coded, checksum, out);
    case FrameKind::kFill:
    case FrameKind::kLz4Fill:
      return fill_.decode(kind, coded, checksum, out);
    case FrameKind::kLz4:
      break;
  }
  ZVFS_TRY(decode_lz4_frame(coded, out));
  if (content_checksum(out) != checksum) {
    return fail(ErrorCode::kCorrupt, "lz4 frame's content does not match checksum {:08x}",
                checksum);
  }
  return {};
}

}  // namespace zvfs
