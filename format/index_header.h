#pragma once

#include <array>
#include <cstdint>
#include <string>

#include "base/bytes.h"
#include "base/result.h"
#include "format/records.h"

namespace zvfs {

/// Skippable frames of an image (docs/format.md, "Layout").
inline constexpr std::uint32_t kIndexFrameMagic = 0x184D2A5D;
inline constexpr std::size_t kSkippableHeaderSize = 8;

/// The fixed header of the index: what an image is, and where its tables lie. A plain value.
/// Spec: docs/format.md, "Index header".
struct IndexHeader {
  static constexpr std::size_t kSize = 320;
  static constexpr std::uint16_t kVersion = 1;
  static constexpr std::size_t kBuilderSize = 40;

  /// Compat feature: the stream is an archive made by another program, kept unchanged.
  static constexpr std::uint32_t kForeignStream = 1 << 0;
  /// Compat feature: the image has a digest of the coded bytes of each frame.
  static constexpr std::uint32_t kDigests = 1 << 1;
  /// The compat features that this reader knows; it ignores others.
  static constexpr std::uint32_t kKnownCompat = kForeignStream | kDigests;
  /// Incompat feature: data frames may be LZ4 frames (is_lz4()).
  static constexpr std::uint32_t kLz4Frames = 1 << 0;
  /// The incompat features that this reader implements.
  static constexpr std::uint32_t kKnownIncompat = kLz4Frames;

  /// The upper limit of the size of decoded index frames.
  static constexpr std::uint32_t kMaxIndexFrameSize = 1 << 20;
  /// The tables take at most this many bytes for each byte of the index frame.
  static constexpr std::uint64_t kMaxTablesRatio = 1024;

  struct TableExtent {
    TableOffset offset;
    std::uint64_t rows = 0;
    bool operator==(const TableExtent&) const = default;
  };

  std::uint32_t compat = 0;
  std::uint32_t ro_compat = 0;
  std::uint32_t incompat = 0;
  std::uint64_t image_size = 0;        ///< Of the whole image, including the seek table, in bytes.
  std::uint64_t data_size = 0;         ///< Of the data frames: the index frame's image offset.
  std::uint64_t stream_size = 0;       ///< Of the decoded stream.
  std::uint64_t content_size = 0;      ///< The sum of the sizes of all regular files.
  std::uint32_t frame_bound = 0;       ///< No data frame decodes to more.
  std::uint32_t frame_count = 0;       ///< Data frames.
  std::uint32_t index_frame_size = 0;  ///< Decoded size of every index frame but the last.
  std::uint32_t index_frame_count = 0;
  std::uint64_t tables_size = 0;  ///< Of the decoded tables.
  std::array<TableExtent, kTableCount> tables{};
  /// With kDigests: where the index digests begin, counted from the first index frame.
  std::uint64_t index_digests = 0;
  std::string builder;  ///< What built it, for people; at most kBuilderSize bytes of UTF-8.

  [[nodiscard]] const TableExtent& table(Table which) const {
    return tables[static_cast<std::size_t>(which)];
  }

  [[nodiscard]] bool has_digests() const { return (compat & kDigests) != 0; }
  /// Whether the image has features that this reader does not know, and may ignore: bytes that are
  /// zero otherwise may belong to them.
  [[nodiscard]] bool has_unknown_features() const {
    return (compat & ~kKnownCompat) != 0 || ro_compat != 0;
  }

  /// Where the header itself lies in the image.
  [[nodiscard]] ImageOffset header_offset() const { return {data_size + kSkippableHeaderSize}; }
  /// Where the entry of index frame `number` lies in the image.
  [[nodiscard]] ImageOffset index_entry_offset(std::uint32_t number) const;
  /// Where the index frames begin in the image.
  [[nodiscard]] ImageOffset index_frames_offset() const;
  /// Where the digest of index frame `number` lies in the image. Precondition: has_digests().
  [[nodiscard]] ImageOffset index_digest_offset(std::uint32_t number) const;

  /// The kSize bytes of the header, including its checksum.
  [[nodiscard]] ByteVector encode() const;

  /// Parses and verifies a header: the checksum first, then every field against its limits, against
  /// `index_frame_image_size` (the size of the index frame, including its 8-byte skippable header)
  /// and against `bytes_available` (the size of the file that holds the image).
  /// Errors: Corrupt, Unsupported (a newer version or unknown incompat features).
  static Result<IndexHeader> parse(ByteSpan bytes, std::uint64_t index_frame_image_size,
                                   std::uint64_t bytes_available);
};

/// The number of inodes in an image, which is also its largest inode number.
inline std::uint32_t inode_count(const IndexHeader& header) {
  return static_cast<std::uint32_t>(header.table(Table::kInodes).rows);
}

/// One entry of the index directory: where an index frame lies, and its checksum.
/// Spec: docs/format.md, "Index directory".
struct IndexEntry {
  static constexpr std::size_t kSize = 16;

  std::uint64_t offset = 0;  ///< From the start of the index frames, in bytes.
  std::uint32_t coded_size = 0;
  std::uint32_t checksum = 0;

  static IndexEntry parse(ByteSpan bytes);
  void append_to(ByteVector& out) const;
};

}  // namespace zvfs
