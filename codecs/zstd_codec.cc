#include "codecs/zstd_codec.h"

#include <new>

#include <zstd.h>
#include <zstd_errors.h>

#include "codecs/zstd_framing.h"

namespace zvfs {
namespace {

// The checks that ZSTD_decompressDCtx lacks: it would accept several frames in a row, a frame
// without a checksum, and trailing skippable frames.
Result<void> check_frame(ByteSpan coded, std::uint32_t checksum, std::size_t decoded_size) {
  constexpr std::size_t kDescriptorOffset = 4;
  constexpr std::byte kChecksumFlag{1 << 2};
  // Checked first, so that libzstd's parsers of pre-1.0 formats never see an image's bytes.
  if (ByteReader(coded).u32() != kZstdMagic) {
    return fail(ErrorCode::kCorrupt, "not a zstd frame");
  }
  const unsigned long long content_size = ZSTD_getFrameContentSize(coded.data(), coded.size());
  if (content_size != decoded_size) {
    return fail(ErrorCode::kCorrupt, "zstd frame's content size is not the expected {} bytes",
                decoded_size);
  }
  const std::size_t frame_size = ZSTD_findFrameCompressedSize(coded.data(), coded.size());
  if (ZSTD_isError(frame_size) || frame_size != coded.size()) {
    return fail(ErrorCode::kCorrupt, "zstd frame does not end at its {} bytes", coded.size());
  }
  if ((coded[kDescriptorOffset] & kChecksumFlag) == std::byte{0}) {
    return fail(ErrorCode::kCorrupt, "zstd frame has no content checksum");
  }
  if (const std::uint32_t stored = ByteReader(coded.last(4)).u32(); stored != checksum) {
    return fail(ErrorCode::kCorrupt, "zstd frame has checksum {:08x}, the index says {:08x}",
                stored, checksum);
  }
  return {};
}

}  // namespace

void ZstdCompressor::Free::operator()(ZSTD_CCtx_s* context) const { ZSTD_freeCCtx(context); }

ZstdCompressor::ZstdCompressor(int level, ZstdChecksum checksum) : context_(ZSTD_createCCtx()) {
  if (context_ == nullptr) throw std::bad_alloc();
  ZSTD_CCtx_setParameter(context_.get(), ZSTD_c_compressionLevel, level);
  ZSTD_CCtx_setParameter(context_.get(), ZSTD_c_checksumFlag,
                         checksum == ZstdChecksum::kOn ? 1 : 0);
  ZSTD_CCtx_setParameter(context_.get(), ZSTD_c_contentSizeFlag, 1);
}

Result<std::size_t> ZstdCompressor::compress(ByteSpan content, MutableByteSpan out) {
  // ZSTD_compress2 pledges the source size, so window and tables are cut to the frame's size.
  const std::size_t size =
      ZSTD_compress2(context_.get(), out.data(), out.size(), content.data(), content.size());
  if (!ZSTD_isError(size)) return size;
  if (ZSTD_getErrorCode(size) == ZSTD_error_dstSize_tooSmall) return std::size_t{0};
  return fail(ErrorCode::kNoMemory, "zstd: {}", ZSTD_getErrorName(size));
}

void ZstdDecompressor::Free::operator()(ZSTD_DCtx_s* context) const { ZSTD_freeDCtx(context); }

ZstdDecompressor::ZstdDecompressor() : context_(ZSTD_createDCtx()) {
  if (context_ == nullptr) throw std::bad_alloc();
}

Result<void> ZstdDecompressor::decode(ByteSpan coded, std::uint32_t checksum, MutableByteSpan out) {
  ZVFS_TRY(check_frame(coded, checksum, out.size()));
  // Verifies the content checksum, which check_frame() has tied to `checksum`.
  const std::size_t decoded =
      ZSTD_decompressDCtx(context_.get(), out.data(), out.size(), coded.data(), coded.size());
  if (ZSTD_isError(decoded)) {
    return fail(ErrorCode::kCorrupt, "zstd: {}", ZSTD_getErrorName(decoded));
  }
  if (decoded != out.size()) {
    return fail(ErrorCode::kCorrupt, "zstd frame decoded to {} bytes, not the expected {}", decoded,
                out.size());
  }
  return {};
}

const char* zstd_version() { return ZSTD_versionString(); }

}  // namespace zvfs
