// Any bytes as a frame of each kind. The first byte picks the kind, the next four give the size
// to decode to (within 1 MiB), the next four the checksum. Every kind is a zstd or an LZ4 frame:
// whatever a kind accepts, the library must decode to the same bytes.
#include <cstdlib>

#include "codecs/frame_decoder.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using zvfs::FrameKind;
  zvfs::ByteReader reader(std::as_bytes(std::span(data, size)));
  const auto kind = static_cast<FrameKind>(reader.u8() % zvfs::kFrameKindCount);
  zvfs::ByteVector out(reader.u32() % (1 << 20));
  const std::uint32_t checksum = reader.u32();
  const zvfs::ByteSpan coded = reader.take(reader.remaining());

  static zvfs::FrameDecoder decoder;
  if (!decoder.decode(kind, coded, checksum, out)) return 0;
  zvfs::ByteVector again(out.size());
  const FrameKind general = zvfs::is_lz4(kind) ? FrameKind::kLz4 : FrameKind::kZstd;
  if (!decoder.decode(general, coded, checksum, again) || again != out) std::abort();
  return 0;
}
