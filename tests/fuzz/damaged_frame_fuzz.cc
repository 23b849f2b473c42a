// A sound frame of any kind with some bytes changed, added or cut off: it must be refused, or
// decode to its content. Input: codec, level; number of changes; for each a place (u16), a byte to
// xor; how many bytes to cut off (u8) and to add (u8); then the content.
#include <algorithm>
#include <cstdlib>

#include "codecs/frame_decoder.h"
#include "codecs/frame_encoder.h"

namespace {

using namespace zvfs;

constexpr std::array kOptions = {EncoderOptions{Codec::kZstd, 1}, EncoderOptions{Codec::kZstd, 19},
                                 EncoderOptions{Codec::kLz4, 1}, EncoderOptions{Codec::kLz4, 9},
                                 EncoderOptions{Codec::kAdaptive, 9}};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  ByteReader reader(std::as_bytes(std::span(data, size)));
  const EncoderOptions& options = kOptions[reader.u8() % kOptions.size()];
  const int changes = reader.u8() % 8;
  ByteReader change(reader.take(static_cast<std::size_t>(changes) * 3));
  const std::uint8_t cut = reader.u8();
  const std::uint8_t added = reader.u8();
  const ByteSpan content = reader.take(reader.remaining());
  if (content.empty() || content.size() > kMaxFrameSize) return 0;

  static std::array<std::optional<FrameEncoder>, kOptions.size()> encoders;
  auto& encoder = encoders[static_cast<std::size_t>(&options - kOptions.data())];
  if (!encoder) encoder.emplace(options);
  const EncodedFrame frame = encoder->encode(content).value();
  ByteVector coded(frame.bytes.begin(), frame.bytes.end());
  for (int i = 0; i < changes; ++i) {
    const std::size_t place = change.u16() % coded.size();
    coded[place] ^= std::byte{change.u8()};
  }
  coded.resize(coded.size() - std::min<std::size_t>(cut, coded.size()));
  coded.resize(coded.size() + added);

  static FrameDecoder decoder;
  ByteVector out(content.size());
  const bool accepted = decoder.decode(frame.kind, coded, frame.checksum, out).has_value();
  const bool changed = !std::ranges::equal(coded, frame.bytes);
  if (!accepted && !changed) std::abort();
  if (accepted && !std::ranges::equal(out, content)) std::abort();
  return 0;
}
