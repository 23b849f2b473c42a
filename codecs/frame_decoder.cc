#include "codecs/frame_decoder.h"

#include <new>

#include <zstd.h>

#include "codecs/block_frame.h"

namespace zvfs {
namespace {

// The checks that ZSTD_decompressDCtx leaves out: it would accept several frames in a row, a
// frame without a checksum, and trailing skippable frames.
Result<void> check_zstd_frame(ByteSpan coded, std::uint32_t checksum, std::size_t decoded_size) {
  constexpr std::size_t kDescriptorOffset = 4;
  constexpr std::byte kChecksumFlag{1 << 2};
  // Asked first, so that libzstd's parsers of its pre-1.0 formats never see an image's bytes.
  if (ByteReader(coded).u32() != ZSTD_MAGICNUMBER) {
    return fail(ErrorCode::kCorrupt, "not a zstd frame");
  }
  const unsigned long long content_size = ZSTD_getFrameContentSize(coded.data(), coded.size());
  if (content_size != decoded_size) {
    return fail(ErrorCode::kCorrupt, "zstd frame's content size is not the {} bytes expected",
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

struct FrameDecoder::Context {
  struct Free {
    void operator()(ZSTD_DCtx* context) const { ZSTD_freeDCtx(context); }
  };
  std::unique_ptr<ZSTD_DCtx, Free> dctx{ZSTD_createDCtx()};
};

FrameDecoder::FrameDecoder() : context_(std::make_unique<Context>()) {
  if (context_->dctx == nullptr) throw std::bad_alloc();
}

FrameDecoder::~FrameDecoder() = default;
FrameDecoder::FrameDecoder(FrameDecoder&&) noexcept = default;
FrameDecoder& FrameDecoder::operator=(FrameDecoder&&) noexcept = default;

Result<void> FrameDecoder::decode(FrameKind kind, ByteSpan coded, std::uint32_t checksum,
                                  MutableByteSpan out) {
  switch (kind) {
    case FrameKind::kStored:
      return decode_stored_frame(coded, checksum, out);
    case FrameKind::kFill:
      return decode_fill_frame(coded, checksum, out);
    case FrameKind::kZstd:
      break;
  }
  ZVFS_TRY(check_zstd_frame(coded, checksum, out.size()));
  // Verifies the content checksum, which check_zstd_frame() has tied to `checksum`.
  const std::size_t decoded =
      ZSTD_decompressDCtx(context_->dctx.get(), out.data(), out.size(), coded.data(), coded.size());
  if (ZSTD_isError(decoded)) {
    return fail(ErrorCode::kCorrupt, "zstd: {}", ZSTD_getErrorName(decoded));
  }
  if (decoded != out.size()) {
    return fail(ErrorCode::kCorrupt, "zstd frame decoded to {} bytes, not the {} expected", decoded,
                out.size());
  }
  return {};
}

const char* zstd_version() { return ZSTD_versionString(); }

}  // namespace zvfs
