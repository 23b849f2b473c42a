#include "codecs/frame_scan.h"

#include <algorithm>
#include <cstring>

#include <zstd.h>

#include "codecs/checksum.h"
#include "codecs/fill_frame.h"
#include "codecs/lz4_codec.h"
#include "codecs/lz4_framing.h"
#include "codecs/stored_frame.h"
#include "codecs/zstd_framing.h"

namespace zvfs {
namespace {

constexpr std::uint32_t kSkippableMagic = 0x184D2A50;  // and the 15 after it
constexpr std::byte kZstdChecksumFlag{1 << 2};

std::optional<std::uint64_t> zstd_content_size(ByteSpan frame) {
  const unsigned long long size = ZSTD_getFrameContentSize(frame.data(), frame.size());
  if (size == ZSTD_CONTENTSIZE_UNKNOWN || size == ZSTD_CONTENTSIZE_ERROR) return std::nullopt;
  return size;
}

// In the one form that images have.
std::optional<std::uint64_t> lz4_content_size(ByteSpan frame) {
  if (frame.size() < kLz4HeaderSize) return std::nullopt;
  const std::uint64_t size = ByteReader(frame.subspan(6)).u64();
  if (!std::ranges::equal(lz4_header(size), frame.first(kLz4HeaderSize))) return std::nullopt;
  return size;
}

Result<std::size_t> lz4_frame_size(ByteSpan bytes) {
  ByteReader reader(bytes);
  reader.take(kLz4HeaderSize);
  for (std::uint32_t header = reader.u32(); header != 0; header = reader.u32()) {
    reader.take(header & ~kLz4Uncompressed);
  }
  reader.u32();  // checksum
  if (!reader.ok()) return fail(ErrorCode::kCorrupt, "incomplete lz4 frame");
  return bytes.size() - reader.remaining();
}

bool is_one_byte(ByteSpan content) {
  return std::memcmp(content.data(), content.data() + 1, content.size() - 1) == 0;
}

// The kind that promises most: fill, stored, or else `plain`.
FrameKind kind_of(ByteSpan coded, ByteSpan content, std::uint32_t own_checksum, FrameKind plain) {
  const bool lz4 = is_lz4(plain);
  const FrameKind stored = lz4 ? FrameKind::kLz4Stored : FrameKind::kStored;
  const FrameKind fill = lz4 ? FrameKind::kLz4Fill : FrameKind::kFill;
  ByteVector expected;
  if (is_one_byte(content)) {
    append_fill_frame(fill, content[0], content.size(), own_checksum, expected);
    if (std::ranges::equal(expected, coded)) return fill;
  }
  if (coded.size() != stored_frame_size(stored, content.size())) return plain;
  expected.resize(coded.size());
  write_stored_frame(stored, content, lz4 ? content_checksum(content) : own_checksum, expected);
  return std::ranges::equal(expected, coded) ? stored : plain;
}

Result<KeepableFrame> decode_zstd(ZstdDecompressor& zstd, ByteSpan coded, MutableByteSpan out) {
  constexpr std::size_t kDescriptor = kMagicSize;
  if (coded.size() < kDescriptor + 1 + kMagicSize ||
      (coded[kDescriptor] & kZstdChecksumFlag) == std::byte{0}) {
    return fail(ErrorCode::kUnsupported, "zstd frame has no checksum");
  }
  const std::uint32_t checksum = ByteReader(coded.last(4)).u32();
  ZVFS_TRY(zstd.decode(coded, checksum, out));
  return KeepableFrame{kind_of(coded, out, checksum, FrameKind::kZstd), checksum};
}

Result<KeepableFrame> decode_lz4(ByteSpan coded, MutableByteSpan out) {
  ZVFS_TRY(decode_lz4_frame(coded, out));
  const std::uint32_t own = ByteReader(coded.last(4)).u32();
  if (xxh32(out) != own) return fail(ErrorCode::kCorrupt, "lz4 frame does not match its checksum");
  return KeepableFrame{kind_of(coded, out, own, FrameKind::kLz4), content_checksum(out)};
}

}  // namespace

std::optional<FrameFormat> frame_format(ByteSpan bytes) {
  if (bytes.size() < kMagicSize) return std::nullopt;
  const std::uint32_t magic = ByteReader(bytes).u32();
  if (magic == kZstdMagic) return FrameFormat::kZstd;
  if (magic == kLz4Magic) return FrameFormat::kLz4;
  if ((magic & ~0xFU) == kSkippableMagic) return FrameFormat::kSkippable;
  return std::nullopt;
}

std::optional<std::size_t> find_frame(ByteSpan bytes) {
  // The last byte of a magic: 0xFD for zstd, 0x18 for the others.
  for (std::size_t i = kMagicSize - 1; i < bytes.size(); ++i) {
    if (bytes[i] != std::byte{0xFD} && bytes[i] != std::byte{0x18}) continue;
    const std::size_t begin = i + 1 - kMagicSize;
    if (frame_format(bytes.subspan(begin, kMagicSize))) return begin;
  }
  return std::nullopt;
}

std::optional<std::uint64_t> declared_content_size(ByteSpan frame) {
  const auto format = frame_format(frame);
  if (format == FrameFormat::kZstd) return zstd_content_size(frame);
  if (format == FrameFormat::kLz4) return lz4_content_size(frame);
  return std::nullopt;
}

Result<std::size_t> coded_frame_size(ByteSpan bytes) {
  const auto format = frame_format(bytes);
  if (format == FrameFormat::kLz4) return lz4_frame_size(bytes);
  if (format != FrameFormat::kZstd) return fail(ErrorCode::kCorrupt, "not a frame");
  const std::size_t size = ZSTD_findFrameCompressedSize(bytes.data(), bytes.size());
  if (ZSTD_isError(size)) return fail(ErrorCode::kCorrupt, "incomplete zstd frame");
  return size;
}

Result<KeepableFrame> decode_found_frame(ZstdDecompressor& zstd, ByteSpan coded,
                                         MutableByteSpan out) {
  return frame_format(coded) == FrameFormat::kLz4 ? decode_lz4(coded, out)
                                                  : decode_zstd(zstd, coded, out);
}

}  // namespace zvfs
