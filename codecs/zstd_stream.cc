#include "codecs/zstd_stream.h"

#include <new>

#include <zstd.h>

namespace zvfs {

void ZstdStream::Free::operator()(ZSTD_DCtx_s* context) const { ZSTD_freeDCtx(context); }

// RFC 8878, 3.1.1.1: libzstd's function for it is not in the shared library's stable interface.
std::optional<std::uint64_t> ZstdStream::window_of(ByteSpan head) {
  constexpr std::uint8_t kSingleSegment = 0x20;
  constexpr std::size_t kIdSizes[] = {0, 1, 2, 4};
  ByteReader reader(head);
  if (reader.u32() != ZSTD_MAGICNUMBER) return std::nullopt;
  const std::uint8_t descriptor = reader.u8();
  if ((descriptor & kSingleSegment) == 0) {
    const std::uint8_t window = reader.u8();
    const std::uint64_t base = std::uint64_t{1} << (10 + (window >> 3));
    return reader.ok() ? std::optional(base + base / 8 * (window & 7)) : std::nullopt;
  }
  reader.take(kIdSizes[descriptor & 3]);
  std::uint64_t size = 0;  // of the content
  switch (descriptor >> 6) {
    case 0:
      size = reader.u8();
      break;
    case 1:
      size = std::uint64_t{256} + reader.u16();
      break;
    case 2:
      size = reader.u32();
      break;
    default:
      size = reader.u64();
  }
  return reader.ok() ? std::optional(size) : std::nullopt;
}

ZstdStream::ZstdStream() : context_(ZSTD_createDCtx()) {
  if (context_ == nullptr) throw std::bad_alloc();
  ZSTD_DCtx_setParameter(context_.get(), ZSTD_d_windowLogMax, kMaxWindowLog);
}

void ZstdStream::reset() { ZSTD_DCtx_reset(context_.get(), ZSTD_reset_session_only); }

Result<ZstdStream::Step> ZstdStream::decode(ByteSpan coded, MutableByteSpan out) {
  ZSTD_inBuffer input{coded.data(), coded.size(), 0};
  ZSTD_outBuffer output{out.data(), out.size(), 0};
  const std::size_t left = ZSTD_decompressStream(context_.get(), &output, &input);
  if (ZSTD_isError(left)) return fail(ErrorCode::kCorrupt, "zstd: {}", ZSTD_getErrorName(left));
  return Step{input.pos, output.pos, left == 0};
}

}  // namespace zvfs
