#include "format/seek_table.h"

namespace zvfs {
namespace {

constexpr std::size_t kHeaderSize = 8;  // skippable frame magic and size

}  // namespace

std::uint64_t SeekTableFooter::table_size() const {
  return kHeaderSize + std::uint64_t{frame_count} * SeekTableEntry::kSize + kSize;
}

Result<SeekTableFooter> SeekTableFooter::parse(ByteSpan bytes) {
  ByteReader reader(bytes);
  SeekTableFooter footer;
  footer.frame_count = reader.u32();
  const std::uint8_t descriptor = reader.u8();
  const std::uint32_t magic = reader.u32();
  if (!reader.ok() || magic != kMagic) {
    return fail(ErrorCode::kCorrupt, "seek table: no footer magic");
  }
  if (descriptor != kDescriptor) {
    return fail(ErrorCode::kCorrupt, "seek table: descriptor {:#04x} is not {:#04x}", descriptor,
                kDescriptor);
  }
  if (footer.frame_count > kMaxFrames) {
    return fail(ErrorCode::kTooLarge, "seek table: {} frames exceed the limit of {}",
                footer.frame_count, kMaxFrames);
  }
  return footer;
}

ByteVector encode_seek_table(std::span<const SeekTableEntry> entries) {
  const SeekTableFooter footer{static_cast<std::uint32_t>(entries.size())};
  ByteVector bytes;
  bytes.reserve(footer.table_size());
  ByteWriter writer(bytes);
  writer.u32(kSeekTableFrameMagic);
  writer.u32(static_cast<std::uint32_t>(footer.table_size() - kHeaderSize));
  for (const SeekTableEntry& entry : entries) {
    writer.u32(entry.coded_size);
    writer.u32(entry.decoded_size);
    writer.u32(entry.checksum);
  }
  writer.u32(footer.frame_count);
  writer.u8(SeekTableFooter::kDescriptor);
  writer.u32(SeekTableFooter::kMagic);
  return bytes;
}

Result<std::vector<SeekTableEntry>> parse_seek_table(ByteSpan frame) {
  if (frame.size() < kHeaderSize + SeekTableFooter::kSize) {
    return fail(ErrorCode::kCorrupt, "seek table: {} bytes are too few", frame.size());
  }
  const SeekTableFooter footer =
      ZVFS_TRY(SeekTableFooter::parse(frame.last(SeekTableFooter::kSize)));
  ByteReader reader(frame);
  const std::uint32_t magic = reader.u32();
  const std::uint32_t size = reader.u32();
  if (magic != kSeekTableFrameMagic || size != frame.size() - kHeaderSize) {
    return fail(ErrorCode::kCorrupt, "seek table: not a skippable frame of {} bytes", frame.size());
  }
  if (footer.table_size() != frame.size()) {
    return fail(ErrorCode::kCorrupt, "seek table: {} frames do not match its {} bytes",
                footer.frame_count, frame.size());
  }
  std::vector<SeekTableEntry> entries(footer.frame_count);
  for (SeekTableEntry& entry : entries) {
    entry.coded_size = reader.u32();
    entry.decoded_size = reader.u32();
    entry.checksum = reader.u32();
  }
  return entries;
}

}  // namespace zvfs
