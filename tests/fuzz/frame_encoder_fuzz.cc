// Any content through every codec: the frame must be of the codec's kinds, within the size that
// the format allows, and decode to the content by our decoder and by the libraries. The first
// byte picks the level, the second repeats the content, so that large frames take small inputs.
#include <algorithm>
#include <cstdlib>
#include <map>
#include <utility>

#include <lz4frame.h>
#include <zstd.h>

#include "codecs/checksum.h"
#include "codecs/frame_decoder.h"
#include "codecs/frame_encoder.h"

namespace {

using namespace zvfs;

constexpr std::array kLevels = {1, 3, 9, 12, -7};
constexpr std::array kCodecs = {Codec::kZstd, Codec::kLz4, Codec::kAdaptive};

void require(bool good) {
  if (!good) std::abort();
}

ByteVector by_libzstd(ByteSpan coded, std::size_t size) {
  static ZSTD_DCtx* const context = ZSTD_createDCtx();
  ByteVector out(size);
  require(ZSTD_getFrameContentSize(coded.data(), coded.size()) == size);
  require(ZSTD_decompressDCtx(context, out.data(), size, coded.data(), coded.size()) == size);
  return out;
}

ByteVector by_liblz4(ByteSpan coded, std::size_t size) {
  LZ4F_dctx* context = nullptr;
  LZ4F_createDecompressionContext(&context, LZ4F_VERSION);
  ByteVector out(size);
  std::size_t consumed = 0;
  std::size_t produced = 0;
  for (std::size_t hint = 1; hint != 0;) {
    std::size_t in = coded.size() - consumed;
    std::size_t room = size - produced;
    hint = LZ4F_decompress(context, out.data() + produced, &room, coded.data() + consumed, &in,
                           nullptr);
    require(!LZ4F_isError(hint) && (in > 0 || room > 0));
    consumed += in;
    produced += room;
  }
  LZ4F_freeDecompressionContext(context);
  require(consumed == coded.size() && produced == size);
  return out;
}

void check(const EncodedFrame& frame, Codec codec, ByteSpan content) {
  require(codec == Codec::kAdaptive || is_lz4(frame.kind) == (codec == Codec::kLz4));
  require(frame.bytes.size() <= content.size() + content.size() / 256 + 64);
  require(frame.checksum == content_checksum(content));
  static FrameDecoder decoder;
  ByteVector out(content.size());
  require(decoder.decode(frame.kind, frame.bytes, frame.checksum, out).has_value());
  require(std::ranges::equal(out, content));
  const ByteVector again = is_lz4(frame.kind) ? by_liblz4(frame.bytes, content.size())
                                              : by_libzstd(frame.bytes, content.size());
  require(again == out);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  ByteReader reader(std::as_bytes(std::span(data, size)));
  const int level = kLevels[reader.u8() % kLevels.size()];
  const std::size_t times = std::size_t{1} << reader.u8() % 12;
  const ByteSpan piece = reader.take(reader.remaining());
  if (piece.empty() || piece.size() * times > kMaxFrameSize) return 0;
  ByteVector content;
  for (std::size_t i = 0; i < times; ++i) content.insert(content.end(), piece.begin(), piece.end());
  static std::map<std::pair<Codec, int>, FrameEncoder> encoders;
  for (const Codec codec : kCodecs) {
    FrameEncoder& encoder =
        encoders.try_emplace({codec, level}, EncoderOptions{codec, level}).first->second;
    check(encoder.encode(content).value(), codec, content);
  }
  return 0;
}
