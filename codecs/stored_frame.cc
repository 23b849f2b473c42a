#include "codecs/stored_frame.h"

#include <algorithm>
#include <cstring>

#include "codecs/checksum.h"
#include "codecs/lz4_framing.h"
#include "codecs/zstd_framing.h"

namespace zvfs {
namespace {

struct Layout {
  std::size_t header_size;
  std::size_t block_header_size;
  std::size_t block_size;  // content of every block but the last
  std::size_t trailer_size;

  [[nodiscard]] std::size_t framing_size(std::size_t content_size) const {
    const std::size_t blocks = (content_size + block_size - 1) / block_size;
    return header_size + blocks * block_header_size + trailer_size;
  }
};

Layout layout_of(FrameKind kind, std::size_t content_size) {
  if (kind == FrameKind::kLz4Stored) {
    return {kLz4HeaderSize, kLz4BlockHeaderSize, lz4_block_size(content_size), kLz4TrailerSize};
  }
  return {kZstdHeaderSize, kZstdBlockHeaderSize, kZstdBlockSize, sizeof(std::uint32_t)};
}

void append_header(FrameKind kind, std::size_t content_size, ByteWriter& out) {
  if (kind == FrameKind::kLz4Stored) return out.append(lz4_header(content_size));
  append_zstd_header(content_size, out);
}

void append_block_header(FrameKind kind, std::size_t size, bool last, ByteWriter& out) {
  if (kind == FrameKind::kLz4Stored) {
    out.u32(static_cast<std::uint32_t>(size) | kLz4Uncompressed);
  } else {
    append_zstd_block_header(ZstdBlockType::kRaw, size, last, out);
  }
}

// What surrounds the content, back to back. Every frame ends with its own checksum.
ByteVector framing_of(FrameKind kind, const Layout& layout, std::size_t content_size,
                      std::uint32_t own_checksum) {
  ByteVector framing;
  framing.reserve(layout.framing_size(content_size));
  ByteWriter writer(framing);
  append_header(kind, content_size, writer);
  for (std::size_t done = 0; done < content_size;) {
    const std::size_t count = std::min(content_size - done, layout.block_size);
    done += count;
    append_block_header(kind, count, done == content_size, writer);
  }
  if (kind == FrameKind::kLz4Stored) writer.u32(0);  // the end mark
  writer.u32(own_checksum);
  return framing;
}

}  // namespace

std::size_t stored_frame_size(FrameKind kind, std::size_t content_size) {
  return content_size + layout_of(kind, content_size).framing_size(content_size);
}

void write_stored_frame(FrameKind kind, ByteSpan content, std::uint32_t checksum,
                        MutableByteSpan out) {
  const Layout layout = layout_of(kind, content.size());
  const std::uint32_t own_checksum = kind == FrameKind::kLz4Stored ? xxh32(content) : checksum;
  const ByteVector framing = framing_of(kind, layout, content.size(), own_checksum);
  std::byte* to = out.data();
  const auto put = [&to](ByteSpan bytes) {
    std::memcpy(to, bytes.data(), bytes.size());
    to += bytes.size();
  };
  ByteReader frame(framing);
  put(frame.take(layout.header_size));
  for (ByteReader rest(content); rest.remaining() > 0;) {
    put(frame.take(layout.block_header_size));
    put(rest.take(std::min(rest.remaining(), layout.block_size)));
  }
  put(frame.take(layout.trailer_size));
}

StoredFrame::StoredFrame(FrameKind kind, MutableByteSpan content) : kind_(kind), content_(content) {
  const Layout layout = layout_of(kind, content.size());
  framing_.resize(layout.framing_size(content.size()));
  MutableByteSpan framing = framing_;
  const auto add_framing = [&](std::size_t size) {
    parts_.push_back(framing.first(size));
    framing = framing.subspan(size);
  };
  add_framing(layout.header_size);
  while (!content.empty()) {
    const std::size_t count = std::min(content.size(), layout.block_size);
    add_framing(layout.block_header_size);
    parts_.push_back(content.first(count));
    content = content.subspan(count);
  }
  add_framing(layout.trailer_size);
}

Result<void> StoredFrame::verify(std::uint32_t checksum) const {
  const std::uint32_t own_checksum =
      kind_ == FrameKind::kLz4Stored ? ByteReader(ByteSpan(framing_).last(4)).u32() : checksum;
  const Layout layout = layout_of(kind_, content_.size());
  if (framing_ != framing_of(kind_, layout, content_.size(), own_checksum)) {
    return fail(ErrorCode::kCorrupt, "not a {} frame of {} bytes with checksum {:08x}",
                to_string(kind_), content_.size(), checksum);
  }
  if (content_checksum(content_) != checksum) {
    return fail(ErrorCode::kCorrupt, "{} frame's content does not match checksum {:08x}",
                to_string(kind_), checksum);
  }
  return {};
}

Result<void> decode_stored_frame(FrameKind kind, ByteSpan coded, std::uint32_t checksum,
                                 MutableByteSpan out) {
  if (out.empty() || coded.size() != stored_frame_size(kind, out.size())) {
    return fail(ErrorCode::kCorrupt, "{} bytes are not a {} frame of {}", coded.size(),
                to_string(kind), out.size());
  }
  const StoredFrame frame(kind, out);
  ByteReader reader(coded);
  for (const MutableByteSpan part : frame.parts()) {
    std::memcpy(part.data(), reader.take(part.size()).data(), part.size());
  }
  return frame.verify(checksum);
}

}  // namespace zvfs
