// The seek table of the Zstandard Seekable Format 0.1.0 (contrib/seekable_format in the zstd
// sources), always with checksums. One ends an image; another ends its index tables.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "format/records.h"

namespace zvfs {

inline constexpr std::uint32_t kSeekTableFrameMagic = 0x184D2A5E;

struct SeekTableEntry {
  static constexpr std::size_t kSize = 12;

  std::uint32_t coded_size = 0;    ///< In the image, in bytes.
  std::uint32_t decoded_size = 0;  ///< 0 for a skippable frame.
  std::uint32_t checksum = 0;      ///< Low 32 bits of XXH64 of the decoded bytes.

  bool operator==(const SeekTableEntry&) const = default;
};

/// The checksum of a frame that decodes to nothing: XXH64 of no bytes.
inline constexpr std::uint32_t kEmptyChecksum = 0x51D8E999;

/// The last 9 bytes of a seek table.
struct SeekTableFooter {
  static constexpr std::size_t kSize = 9;
  static constexpr std::uint32_t kMagic = 0x8F92EAB1;
  static constexpr std::uint8_t kDescriptor = 0x80;  // checksums present, no reserved bit set

  std::uint32_t frame_count = 0;

  /// The size of the whole seek table frame, including skippable header and footer.
  [[nodiscard]] std::uint64_t table_size() const;

  /// Errors: Corrupt (no magic, reserved bits, no checksums), TooLarge (above kMaxFrames).
  static Result<SeekTableFooter> parse(ByteSpan bytes);
};

/// The whole skippable frame of a seek table with these entries, at most kMaxFrames of them.
ByteVector encode_seek_table(std::span<const SeekTableEntry> entries);

/// Parses a whole seek table frame. For tests: readers take the parts they need from the image, so
/// that a large table is never held whole. Errors: Corrupt, TooLarge.
Result<std::vector<SeekTableEntry>> parse_seek_table(ByteSpan frame);

}  // namespace zvfs
