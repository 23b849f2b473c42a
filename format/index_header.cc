#include "format/index_header.h"

#include <algorithm>
#include <bit>

#include "codecs/checksum.h"
#include "codecs/frame_kind.h"
#include "format/seek_table.h"
#include "trust/sha256.h"

namespace zvfs {
namespace {

constexpr std::string_view kMagic = "ZVFSINDX";
constexpr std::size_t kReservedSize = 40;
// Of the tables, the last one's place stands behind the builder.
constexpr std::size_t kFirstTables = kTableCount - 1;
constexpr std::size_t kChecksumOffset = IndexHeader::kSize - 8;
constexpr std::uint32_t kMinIndexFrameSize = 4096;

constexpr std::array<std::string_view, kTableCount> kTableNames = {
    "inodes",      "dentries",   "strings",    "extents",      "frames",
    "frame files", "xattr sets", "xattr data", "frame digests"};

Unexpected corrupt(std::string_view field, std::uint64_t value, std::string_view why) {
  return fail(ErrorCode::kCorrupt, "index header: {} {} {}", field, value, why);
}

Result<void> check_sizes(const IndexHeader& header, std::uint64_t index_frame_image_size,
                         std::uint64_t bytes_available) {
  if (header.frame_bound == 0 || header.frame_bound > kMaxFrameSize) {
    return corrupt("frame bound", header.frame_bound, "is outside 1 to 16777216");
  }
  if (header.frame_count == 0 || header.frame_count >= kMaxFrames) {
    return corrupt("frame count", header.frame_count, "is outside 1 to 134217727");
  }
  if (header.data_size > bytes_available) {
    return corrupt("data size", header.data_size, "exceeds the file");
  }
  const std::uint64_t image_size = header.data_size + index_frame_image_size +
                                   SeekTableFooter{header.frame_count + 1}.table_size();
  if (header.image_size != image_size || image_size > bytes_available) {
    return corrupt("image size", header.image_size, "is not the sum of its parts");
  }
  if (header.stream_size < header.frame_count ||
      header.stream_size > std::uint64_t{header.frame_count} * header.frame_bound) {
    return corrupt("stream size", header.stream_size, "does not match the frames");
  }
  return {};
}

Result<void> check_index_frames(const IndexHeader& header, std::uint64_t index_frame_image_size) {
  if (!std::has_single_bit(header.index_frame_size) ||
      header.index_frame_size < kMinIndexFrameSize ||
      header.index_frame_size > IndexHeader::kMaxIndexFrameSize) {
    return corrupt("index frame size", header.index_frame_size,
                   "is not a power of two from 4096 to 1048576");
  }
  const std::uint64_t frames = header.tables_size / header.index_frame_size +
                               (header.tables_size % header.index_frame_size != 0 ? 1 : 0);
  if (header.index_frame_count != frames) {
    return corrupt("index frame count", header.index_frame_count, "does not match the tables");
  }
  if (header.tables_size / IndexHeader::kMaxTablesRatio > index_frame_image_size) {
    return fail(ErrorCode::kCorrupt,
                "index header: tables size {} exceeds {} times the {} bytes of the index frame",
                header.tables_size, IndexHeader::kMaxTablesRatio, index_frame_image_size);
  }
  const std::uint64_t directory_size = frames * IndexEntry::kSize;
  if (directory_size > index_frame_image_size - kSkippableHeaderSize - IndexHeader::kSize) {
    return corrupt("index frame count", header.index_frame_count, "exceeds the index frame");
  }
  return {};
}

Result<void> check_tables(const IndexHeader& header) {
  for (std::size_t i = 0; i < kTableCount; ++i) {
    const auto& [offset, rows] = header.tables[i];
    if (offset.value % kRowSizes[i] != 0 || offset.value > header.tables_size ||
        rows > (header.tables_size - offset.value) / kRowSizes[i]) {
      return fail(ErrorCode::kCorrupt, "index header: table of {}: {} rows at {} exceed {} bytes",
                  kTableNames[i], rows, offset.value, header.tables_size);
    }
  }
  const std::uint64_t inodes = header.table(Table::kInodes).rows;
  if (inodes == 0 || inodes > kMaxInodes) {
    return corrupt("inode count", inodes, "is outside 1 to 4294967294");
  }
  if (header.table(Table::kFrames).rows != std::uint64_t{header.frame_count} + 1) {
    return corrupt("frames table", header.table(Table::kFrames).rows,
                   "is not the number of frames plus 1");
  }
  return {};
}

Result<void> check_digests(const IndexHeader& header, std::uint64_t index_frame_image_size) {
  if (!header.has_digests()) return {};
  if (header.table(Table::kFrameDigests).rows != header.frame_count) {
    return corrupt("frame digests", header.table(Table::kFrameDigests).rows,
                   "are not the number of frames");
  }
  const std::uint64_t size = std::uint64_t{header.index_frame_count} * sizeof(Sha256Digest);
  const std::uint64_t room =
      index_frame_image_size - (header.index_frames_offset().value - header.data_size);
  if (size > room || header.index_digests > room - size) {
    return corrupt("index digests", header.index_digests, "exceeds the index frame");
  }
  return {};
}

}  // namespace

ImageOffset IndexHeader::index_entry_offset(std::uint32_t number) const {
  return {header_offset().value + kSize + std::uint64_t{number} * IndexEntry::kSize};
}

ImageOffset IndexHeader::index_frames_offset() const {
  return index_entry_offset(index_frame_count);
}

ImageOffset IndexHeader::index_digest_offset(std::uint32_t number) const {
  return {index_frames_offset().value + index_digests +
          std::uint64_t{number} * sizeof(Sha256Digest)};
}

ByteVector IndexHeader::encode() const {
  ByteVector bytes;
  bytes.reserve(kSize);
  ByteWriter writer(bytes);
  writer.append(kMagic);
  writer.u16(kVersion);
  writer.u16(kSize);
  writer.u32(compat);
  writer.u32(ro_compat);
  writer.u32(incompat);
  writer.u64(image_size);
  writer.u64(data_size);
  writer.u64(stream_size);
  writer.u64(content_size);
  writer.u64(tables_size);
  writer.u32(frame_bound);
  writer.u32(frame_count);
  writer.u32(index_frame_size);
  writer.u32(index_frame_count);
  const auto append_table = [&](const TableExtent& table) {
    writer.u64(table.offset.value);
    writer.u64(table.rows);
  };
  for (std::size_t i = 0; i < kFirstTables; ++i) append_table(tables[i]);
  const std::string_view name = std::string_view(builder).substr(0, kBuilderSize);
  writer.append(name);
  writer.zeros(kBuilderSize - name.size());
  append_table(tables[kFirstTables]);
  writer.u64(index_digests);
  writer.zeros(kReservedSize);
  writer.u64(xxh64(bytes));
  return bytes;
}

Result<IndexHeader> IndexHeader::parse(ByteSpan bytes, std::uint64_t index_frame_image_size,
                                       std::uint64_t bytes_available) {
  ByteReader reader(bytes);
  if (as_text(reader.take(kMagic.size())) != kMagic) {
    return fail(ErrorCode::kCorrupt, "index header: no magic");
  }
  // Before the checksum: a newer version may keep it elsewhere.
  const std::uint16_t version = reader.u16();
  if (version > kVersion) {
    return fail(ErrorCode::kUnsupported, "format version {} is newer than {}, the latest known",
                version, kVersion);
  }
  const std::uint16_t size = reader.u16();
  if (bytes.size() != kSize || index_frame_image_size < kSkippableHeaderSize + kSize ||
      version != kVersion || size != kSize) {
    return fail(ErrorCode::kCorrupt, "index header: version {} with {} bytes", version, size);
  }
  if (ByteReader(bytes.last(8)).u64() != xxh64(bytes.first(kChecksumOffset))) {
    return fail(ErrorCode::kCorrupt, "index header: wrong checksum");
  }

  IndexHeader header;
  header.compat = reader.u32();
  header.ro_compat = reader.u32();
  header.incompat = reader.u32();
  if ((header.incompat & ~kKnownIncompat) != 0) {
    return fail(ErrorCode::kUnsupported,
                "the image needs unknown features {:#x}; a newer zvfs may read it",
                header.incompat & ~kKnownIncompat);
  }
  header.image_size = reader.u64();
  header.data_size = reader.u64();
  header.stream_size = reader.u64();
  header.content_size = reader.u64();
  header.tables_size = reader.u64();
  header.frame_bound = reader.u32();
  header.frame_count = reader.u32();
  header.index_frame_size = reader.u32();
  header.index_frame_count = reader.u32();
  const auto read_table = [&](TableExtent& table) {
    table.offset.value = reader.u64();
    table.rows = reader.u64();
  };
  for (std::size_t i = 0; i < kFirstTables; ++i) read_table(header.tables[i]);
  const std::string_view builder = as_text(reader.take(kBuilderSize));
  header.builder = builder.substr(0, builder.find('\0'));
  if (header.has_digests()) {
    read_table(header.tables[kFirstTables]);
    header.index_digests = reader.u64();
  }

  ZVFS_TRY(check_sizes(header, index_frame_image_size, bytes_available));
  ZVFS_TRY(check_index_frames(header, index_frame_image_size));
  ZVFS_TRY(check_tables(header));
  ZVFS_TRY(check_digests(header, index_frame_image_size));
  return header;
}

IndexEntry IndexEntry::parse(ByteSpan bytes) {
  ByteReader reader(bytes);
  IndexEntry entry;
  entry.offset = reader.u64();
  entry.coded_size = reader.u32();
  entry.checksum = reader.u32();
  return entry;
}

void IndexEntry::append_to(ByteVector& out) const {
  ByteWriter writer(out);
  writer.u64(offset);
  writer.u32(coded_size);
  writer.u32(checksum);
}

}  // namespace zvfs
