// Any bytes as a zstd frame, against libzstd's streaming decoder: both must accept the same frames,
// and decode them to the same bytes.
#include <algorithm>
#include <cstdlib>
#include <optional>

#include <zstd.h>

#include "codecs/zstd_codec.h"

namespace {

using namespace zvfs;

constexpr std::size_t kMaxSize = 1 << 20;

// What libzstd makes of `coded`, when that is one frame as docs/format.md wants it: of `size`
// bytes, with a checksum.
std::optional<ByteVector> reference(ByteSpan coded, std::size_t size) {
  constexpr std::byte kChecksumFlag{1 << 2};
  static ZSTD_DCtx* const context = ZSTD_createDCtx();
  ZSTD_DCtx_reset(context, ZSTD_reset_session_only);
  ZSTD_DCtx_setParameter(context, ZSTD_d_windowLogMax, 31);
  if (coded.size() < 5 || (coded[4] & kChecksumFlag) == std::byte{0}) return std::nullopt;
  ByteVector decoded(size + 1);  // room for one byte too many
  ZSTD_inBuffer in{coded.data(), coded.size(), 0};
  ZSTD_outBuffer out{decoded.data(), decoded.size(), 0};
  for (;;) {
    const std::size_t consumed = in.pos;
    const std::size_t produced = out.pos;
    const std::size_t hint = ZSTD_decompressStream(context, &out, &in);
    if (ZSTD_isError(hint)) return std::nullopt;
    if (hint == 0) break;
    if (in.pos == consumed && out.pos == produced) return std::nullopt;  // cut short
  }
  if (in.pos != in.size || out.pos != size) return std::nullopt;
  decoded.resize(size);
  return decoded;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const ByteSpan coded = std::as_bytes(std::span(data, size));
  if (ByteReader(coded).u32() != ZSTD_MAGICNUMBER) return 0;
  const unsigned long long content_size = ZSTD_getFrameContentSize(data, size);
  if (content_size == 0 || content_size > kMaxSize) return 0;

  static ZstdDecompressor decoder;
  ByteVector out(content_size);
  const std::uint32_t checksum = ByteReader(coded.last(std::min<std::size_t>(4, size))).u32();
  const bool accepted = decoder.decode(coded, checksum, out).has_value();
  const auto expected = reference(coded, content_size);
  if (accepted != expected.has_value()) std::abort();
  if (accepted && *expected != out) std::abort();
  return 0;
}
