#include "codecs/lz4_codec.h"

#include <algorithm>
#include <cstring>

#include <lz4.h>
#include <lz4hc.h>

#include "codecs/checksum.h"
#include "codecs/lz4_framing.h"

namespace zvfs {
namespace {

const char* chars(const std::byte* bytes) { return reinterpret_cast<const char*>(bytes); }
char* chars(std::byte* bytes) { return reinterpret_cast<char*>(bytes); }

// liblz4 counts in int; blocks are at most 4 MiB.
int int_size(std::size_t size) { return static_cast<int>(size); }

void store_u32(std::uint32_t value, MutableByteSpan out) {
  std::memcpy(out.data(), &value, sizeof(value));
}

Result<void> decode_block(ByteSpan block, MutableByteSpan out) {
  const int decoded = LZ4_decompress_safe(chars(block.data()), chars(out.data()),
                                          int_size(block.size()), int_size(out.size()));
  if (decoded != int_size(out.size())) {
    return fail(ErrorCode::kCorrupt, "lz4 block does not decode to {} bytes", out.size());
  }
  return {};
}

}  // namespace

Lz4Compressor::Lz4Compressor(int level)
    : level_(level),
      state_(std::make_unique<std::byte[]>(static_cast<std::size_t>(
          level < LZ4HC_CLEVEL_MIN ? LZ4_sizeofState() : LZ4_sizeofStateHC()))) {}

// The size of the compressed block, or 0 if `out` is too small for it.
std::size_t Lz4Compressor::compress_block(ByteSpan content, MutableByteSpan out) {
  const char* const from = chars(content.data());
  const int size = int_size(content.size());
  const int limit = int_size(std::min<std::size_t>(out.size(), content.size()));
  const int coded =
      level_ < LZ4HC_CLEVEL_MIN
          ? LZ4_compress_fast_extState(state_.get(), from, chars(out.data()), size, limit,
                                       std::max(1, 1 - level_))
          : LZ4_compress_HC_extStateHC(state_.get(), from, chars(out.data()), size, limit, level_);
  return static_cast<std::size_t>(std::max(coded, 0));
}

std::size_t Lz4Compressor::compress(ByteSpan content, MutableByteSpan out) {
  const auto header = lz4_header(content.size());
  const std::size_t block_size = lz4_block_size(content.size());
  if (out.size() < header.size()) return 0;
  std::ranges::copy(header, out.begin());

  MutableByteSpan rest = out.subspan(header.size());
  for (ByteReader reader(content); reader.remaining() > 0;) {
    const ByteSpan block = reader.take(std::min(block_size, reader.remaining()));
    if (rest.size() < kLz4BlockHeaderSize + kLz4TrailerSize) return 0;
    const MutableByteSpan room =
        rest.subspan(kLz4BlockHeaderSize, rest.size() - kLz4BlockHeaderSize - kLz4TrailerSize);
    std::size_t coded = compress_block(block, room);
    auto size_field = static_cast<std::uint32_t>(coded);
    if (coded == 0) {
      if (room.size() < block.size()) return 0;
      std::memcpy(room.data(), block.data(), block.size());
      coded = block.size();
      size_field = static_cast<std::uint32_t>(coded) | kLz4Uncompressed;
    }
    store_u32(size_field, rest);
    rest = rest.subspan(kLz4BlockHeaderSize + coded);
  }
  store_u32(0, rest);  // the end mark
  store_u32(xxh32(content), rest.subspan(4));
  return out.size() - rest.size() + kLz4TrailerSize;
}

Result<void> decode_lz4_frame(ByteSpan coded, MutableByteSpan out) {
  ByteReader reader(coded);
  if (!std::ranges::equal(reader.take(kLz4HeaderSize), lz4_header(out.size()))) {
    return fail(ErrorCode::kCorrupt, "not an lz4 frame of {} bytes", out.size());
  }
  const std::size_t block_size = lz4_block_size(out.size());
  for (std::size_t done = 0; done < out.size();) {
    const std::size_t count = std::min(out.size() - done, block_size);
    const std::uint32_t size_field = reader.u32();
    const ByteSpan block = reader.take(size_field & ~kLz4Uncompressed);
    if (block.empty() || block.size() > count) {
      return fail(ErrorCode::kCorrupt, "lz4 frame: block at {} has the invalid size {}", done,
                  size_field & ~kLz4Uncompressed);
    }
    const MutableByteSpan to = out.subspan(done, count);
    if ((size_field & kLz4Uncompressed) == 0) {
      ZVFS_TRY(decode_block(block, to));
    } else if (block.size() == count) {
      std::memcpy(to.data(), block.data(), count);
    } else {
      return fail(ErrorCode::kCorrupt, "lz4 frame: uncompressed block has {} bytes, not {}",
                  block.size(), count);
    }
    done += count;
  }
  if (reader.remaining() != kLz4TrailerSize || reader.u32() != 0) {
    return fail(ErrorCode::kCorrupt, "lz4 frame does not end at its {} bytes", coded.size());
  }
  return {};
}

const char* lz4_version() { return LZ4_versionString(); }

}  // namespace zvfs
