#include "codecs/zstd_stream.h"

#include <new>

#include <zstd.h>
#include <zstd_errors.h>

namespace zvfs {

void ZstdStream::Free::operator()(ZSTD_DCtx_s* context) const { ZSTD_freeDCtx(context); }

ZstdStream::ZstdStream() : context_(ZSTD_createDCtx()) {
  constexpr int kMaxWindowLog = 27;
  if (context_ == nullptr) throw std::bad_alloc();
  ZSTD_DCtx_setParameter(context_.get(), ZSTD_d_windowLogMax, kMaxWindowLog);
}

void ZstdStream::reset() { ZSTD_DCtx_reset(context_.get(), ZSTD_reset_session_only); }

Result<ZstdStream::Step> ZstdStream::decode(ByteSpan coded, MutableByteSpan out) {
  ZSTD_inBuffer input{coded.data(), coded.size(), 0};
  ZSTD_outBuffer output{out.data(), out.size(), 0};
  const std::size_t left = ZSTD_decompressStream(context_.get(), &output, &input);
  if (ZSTD_isError(left)) {
    // No fault of the frame: the context allocates its window when it meets it.
    if (ZSTD_getErrorCode(left) == ZSTD_error_memory_allocation) throw std::bad_alloc();
    return fail(ErrorCode::kCorrupt, "zstd: {}", ZSTD_getErrorName(left));
  }
  return Step{input.pos, output.pos, left == 0};
}

}  // namespace zvfs
