#include "codecs/zstd_stream.h"

#include <string>

#include <gtest/gtest.h>
#include <zstd.h>

namespace zvfs {
namespace {

// A frame of 18 bytes at least, made by libzstd with that window or, if 0, as a single segment.
std::string frame(int window_log, std::size_t content_size) {
  ZSTD_CCtx* const context = ZSTD_createCCtx();
  if (window_log != 0) ZSTD_CCtx_setParameter(context, ZSTD_c_windowLog, window_log);
  if (window_log > 27) ZSTD_CCtx_setParameter(context, ZSTD_c_enableLongDistanceMatching, 1);
  std::string content(content_size, 'x');
  std::string coded(ZSTD_compressBound(content_size), '\0');
  ZSTD_outBuffer out{coded.data(), coded.size(), 0};
  ZSTD_inBuffer in{content.data(), content.size(), 0};
  // Ended by a second call, so that the size of the content is not known when it begins.
  if (window_log != 0) ZSTD_compressStream2(context, &out, &in, ZSTD_e_flush);
  ZSTD_compressStream2(context, &out, &in, ZSTD_e_end);
  ZSTD_freeCCtx(context);
  coded.resize(std::max<std::size_t>(out.pos, 18));
  return coded;
}

TEST(ZstdStream, TellsTheWindowOfAFrame) {
  for (const int log : {10, 20, 27}) {
    EXPECT_EQ(ZstdStream::window_of(as_bytes(frame(log, 1000))), std::uint64_t{1} << log);
  }
  for (const std::size_t size : {1U, 255U, 256U, 70'000U, 1'000'000U}) {
    EXPECT_EQ(ZstdStream::window_of(as_bytes(frame(0, size))), size);
  }
  const std::string large("\x28\xB5\x2F\xFD\x04\xA9************", 18);  // 2 GiB and an eighth
  EXPECT_EQ(ZstdStream::window_of(as_bytes(large)), (std::uint64_t{1} << 31) / 8 * 9);
  EXPECT_FALSE(ZstdStream::window_of(as_bytes(std::string(18, 'x'))));
  EXPECT_FALSE(ZstdStream::window_of(as_bytes(large.substr(0, 5))));
}

}  // namespace
}  // namespace zvfs
