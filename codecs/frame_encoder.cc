#include "codecs/frame_encoder.h"

#include <new>

#include <zstd.h>

#include "codecs/block_frame.h"
#include "codecs/checksum.h"

namespace zvfs {

struct FrameEncoder::Context {
  struct Free {
    void operator()(ZSTD_CCtx* context) const { ZSTD_freeCCtx(context); }
  };
  std::unique_ptr<ZSTD_CCtx, Free> cctx{ZSTD_createCCtx()};
};

int FrameEncoder::min_level() { return ZSTD_minCLevel(); }
int FrameEncoder::max_level() { return ZSTD_maxCLevel(); }

FrameEncoder::FrameEncoder(int level) : context_(std::make_unique<Context>()) {
  ZSTD_CCtx* cctx = context_->cctx.get();
  if (cctx == nullptr) throw std::bad_alloc();
  ZSTD_CCtx_setParameter(cctx, ZSTD_c_compressionLevel, level);
  ZSTD_CCtx_setParameter(cctx, ZSTD_c_checksumFlag, 1);
  ZSTD_CCtx_setParameter(cctx, ZSTD_c_contentSizeFlag, 1);
}

FrameEncoder::~FrameEncoder() = default;
FrameEncoder::FrameEncoder(FrameEncoder&&) noexcept = default;
FrameEncoder& FrameEncoder::operator=(FrameEncoder&&) noexcept = default;

Result<EncodedFrame> FrameEncoder::encode(ByteSpan content) {
  if (content.empty()) return fail(ErrorCode::kInvalidArgument, "a frame cannot be empty");
  if (content.size() > kMaxFrameSize) {
    return fail(ErrorCode::kTooLarge, "frame of {} bytes exceeds the limit of {}", content.size(),
                kMaxFrameSize);
  }
  buffer_.clear();
  if (is_fill(content)) {
    const std::uint32_t checksum = content_checksum(content);
    append_fill_frame(content.front(), content.size(), checksum, buffer_);
    return EncodedFrame{FrameKind::kFill, checksum, buffer_};
  }

  // ZSTD_compress2 pledges the source size, so window and tables are cut to the frame's size.
  buffer_.resize(ZSTD_compressBound(content.size()));
  const std::size_t coded_size = ZSTD_compress2(context_->cctx.get(), buffer_.data(),
                                                buffer_.size(), content.data(), content.size());
  if (ZSTD_isError(coded_size)) {
    return fail(ErrorCode::kNoMemory, "zstd: {}", ZSTD_getErrorName(coded_size));
  }
  if (coded_size >= content.size()) {
    const std::uint32_t checksum = content_checksum(content);
    buffer_.clear();
    append_stored_frame(content, checksum, buffer_);
    return EncodedFrame{FrameKind::kStored, checksum, buffer_};
  }
  buffer_.resize(coded_size);
  // libzstd has just hashed the content: its last four bytes are the content checksum.
  const std::uint32_t checksum = ByteReader(ByteSpan(buffer_).last(4)).u32();
  return EncodedFrame{FrameKind::kZstd, checksum, buffer_};
}

}  // namespace zvfs
