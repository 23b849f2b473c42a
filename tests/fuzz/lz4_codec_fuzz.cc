// Any bytes as the blocks of an LZ4 frame, or as a whole one, against liblz4's frame decoder:
// whatever we accept it must accept, once the checksum is right, and decode to the same bytes.
// The first four bytes give the size to decode to (bits 0 to 15; bit 16 puts that beyond 4 MiB,
// the largest block) and whether header and trailer are made for what follows (bit 31 clear).
#include <cstdlib>
#include <cstring>

#include <lz4frame.h>

#include "codecs/checksum.h"
#include "codecs/lz4_codec.h"
#include "codecs/lz4_framing.h"

namespace {

using namespace zvfs;

// Decodes by liblz4; aborts unless it takes the frame for one of out.size() bytes.
void decode_by_liblz4(ByteSpan coded, MutableByteSpan out) {
  static LZ4F_dctx* const context = [] {
    LZ4F_dctx* made = nullptr;
    LZ4F_createDecompressionContext(&made, LZ4F_VERSION);
    return made;
  }();
  std::size_t consumed = 0;
  std::size_t produced = 0;
  for (;;) {
    std::size_t in = coded.size() - consumed;
    std::size_t room = out.size() - produced;
    const std::size_t hint = LZ4F_decompress(context, out.data() + produced, &room,
                                             coded.data() + consumed, &in, nullptr);
    if (LZ4F_isError(hint)) std::abort();
    consumed += in;
    produced += room;
    if (hint == 0) break;
    if (in == 0 && room == 0) std::abort();
  }
  if (consumed != coded.size() || produced != out.size()) std::abort();
}

ByteVector frame_around(ByteSpan blocks, std::size_t content_size) {
  ByteVector frame;
  ByteWriter writer(frame);
  writer.append(lz4_header(content_size));
  writer.append(blocks);
  writer.zeros(kLz4TrailerSize);
  return frame;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  ByteReader reader(std::as_bytes(std::span(data, size)));
  const std::uint32_t head = reader.u32();
  const std::size_t large = (head >> 16 & 1) != 0 ? std::size_t{4} << 20 : 0;
  const std::size_t content_size = large + head % (1 << 16) + 1;
  const ByteSpan rest = reader.take(reader.remaining());
  ByteVector coded =
      head >> 31 != 0 ? ByteVector(rest.begin(), rest.end()) : frame_around(rest, content_size);
  ByteVector out(content_size);
  if (!decode_lz4_frame(coded, out)) return 0;

  const std::uint32_t checksum = xxh32(out);
  std::memcpy(&*(coded.end() - 4), &checksum, sizeof(checksum));
  ByteVector again(content_size);
  decode_by_liblz4(coded, again);
  if (again != out) std::abort();
  return 0;
}
