#include "codecs/frame_encoder.h"

#include "codecs/checksum.h"
#include "codecs/compressibility.h"
#include "codecs/fill_frame.h"
#include "codecs/simd.h"
#include "codecs/stored_frame.h"

namespace zvfs {
namespace {

// Both skip ahead where they find nothing. zstd's level 3 is as fast at that as level 1, and misses
// only half as many of the frames in which the high levels find something.
constexpr int kQuickZstdLevel = 3;
constexpr int kQuickLz4Level = 1;

// A frame that is not smaller than this is stored, which makes it three times as fast to read.
std::size_t coded_size_limit(std::size_t content_size) { return content_size - content_size / 64; }

// Below this size at the quick level, the requested level may get below the limit above.
std::size_t quick_size_limit(std::size_t content_size) { return content_size - content_size / 256; }

// An lz4 frame of at most this size is used instead of a zstd frame of `zstd_size`.
std::size_t lz4_size_limit(std::size_t zstd_size) { return zstd_size + zstd_size / 16; }

// lz4's quick level nearly always needs at most this when its high levels meet lz4_size_limit().
std::size_t quick_lz4_size_limit(std::size_t zstd_size) { return zstd_size + zstd_size / 4; }

}  // namespace

FrameEncoder::FrameEncoder(const EncoderOptions& options) : options_(options) {
  if (options.codec == Codec::kLz4) {
    lz4_.emplace(options.level);
    quick_lz4_.emplace(kQuickLz4Level);
    return;
  }
  zstd_.emplace(options.level, ZstdChecksum::kOn);
  quick_zstd_.emplace(kQuickZstdLevel, ZstdChecksum::kOff);
  if (options.codec == Codec::kAdaptive) {
    lz4_.emplace(levels_of(Codec::kLz4).standard);
    quick_lz4_.emplace(kQuickLz4Level);
  }
}

Result<EncodedFrame> FrameEncoder::encode(ByteSpan content) {
  if (content.empty()) return fail(ErrorCode::kInvalidArgument, "a frame cannot be empty");
  if (content.size() > kMaxFrameSize) {
    return fail(ErrorCode::kTooLarge, "frame of {} bytes exceeds the limit of {}", content.size(),
                kMaxFrameSize);
  }
  const std::size_t min_fill = options_.codec == Codec::kLz4 ? 1 : kMinZstdFill;
  if (content.size() >= min_fill && simd().all_equal(content.data(), content.size())) {
    return fill(content);
  }
  if (ZVFS_TRY(is_incompressible(content))) return stored(content);
  return options_.codec == Codec::kLz4 ? by_lz4(content) : by_zstd(content);
}

EncodedFrame FrameEncoder::fill(ByteSpan content) {
  const bool lz4 = options_.codec == Codec::kLz4;
  const FrameKind kind = lz4 ? FrameKind::kLz4Fill : FrameKind::kFill;
  const std::uint32_t checksum = fill_checksum_.content(content);
  const std::uint32_t own_checksum = lz4 ? fill_checksum_.lz4(content) : checksum;
  fill_.clear();
  append_fill_frame(kind, content.front(), content.size(), own_checksum, fill_);
  return {kind, checksum, fill_};
}

EncodedFrame FrameEncoder::stored(ByteSpan content) {
  const FrameKind kind = options_.codec == Codec::kLz4 ? FrameKind::kLz4Stored : FrameKind::kStored;
  const std::uint32_t checksum = content_checksum(content);
  const MutableByteSpan out = buffer_.apart_from(content, stored_frame_size(kind, content.size()));
  write_stored_frame(kind, content, checksum, out);
  return {kind, checksum, out};
}

// Whether the quick level finds nothing in random-looking content, which it scans at several GB/s.
Result<bool> FrameEncoder::is_incompressible(ByteSpan content) {
  if (!looks_random(content)) return false;
  const MutableByteSpan out = buffer_.apart_from(content, quick_size_limit(content.size()));
  if (options_.codec == Codec::kLz4) return quick_lz4_->compress(content, out) == 0;
  return ZVFS_TRY(quick_zstd_->compress(content, out)) == 0;
}

Result<EncodedFrame> FrameEncoder::by_zstd(ByteSpan content) {
  const MutableByteSpan out = buffer_.apart_from(content, coded_size_limit(content.size()));
  const std::size_t size = ZVFS_TRY(zstd_->compress(content, out));
  if (size == 0) return stored(content);
  // libzstd has just hashed the content: the frame's last four bytes are the content checksum.
  const ByteSpan coded = out.first(size);
  const EncodedFrame zstd{FrameKind::kZstd, ByteReader(coded.last(4)).u32(), coded};
  return options_.codec == Codec::kAdaptive ? faster_to_read(content, zstd) : zstd;
}

EncodedFrame FrameEncoder::by_lz4(ByteSpan content) {
  const MutableByteSpan out = buffer_.apart_from(content, coded_size_limit(content.size()));
  const std::size_t size = lz4_->compress(content, out);
  if (size == 0) return stored(content);
  return {FrameKind::kLz4, content_checksum(content), out.first(size)};
}

// The content as an lz4 frame if that is hardly larger than the zstd frame; else the zstd frame.
EncodedFrame FrameEncoder::faster_to_read(ByteSpan content, const EncodedFrame& zstd) {
  const std::size_t zstd_size = zstd.bytes.size();
  const MutableByteSpan room = lz4_buffer_.apart_from(content, quick_lz4_size_limit(zstd_size));
  if (quick_lz4_->compress(content, room) == 0) return zstd;
  const MutableByteSpan out = room.first(lz4_size_limit(zstd_size));
  const std::size_t size = lz4_->compress(content, out);
  if (size == 0) return zstd;
  return {FrameKind::kLz4, zstd.checksum, out.first(size)};
}

}  // namespace zvfs
