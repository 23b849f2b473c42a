#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "codecs/frame_encoder.h"
#include "format/index_header.h"
#include "format/records.h"
#include "format/seek_table.h"
#include "trust/root_digest.h"

namespace zvfs {

/// What the header says of an image apart from its tables.
struct ImageSummary {
  std::uint64_t data_size = 0;     ///< Bytes of all data frames in the image.
  std::uint64_t stream_size = 0;   ///< Bytes of the decoded stream.
  std::uint64_t content_size = 0;  ///< Sum of the sizes of all regular files.
  std::uint32_t frame_bound = 0;   ///< Largest decoded size that a data frame may have.
  std::uint32_t frame_count = 0;
  std::uint32_t compat = 0;  ///< Features, as in IndexHeader.
  std::uint32_t incompat = 0;
  std::string builder;  ///< At most IndexHeader::kBuilderSize bytes.
};

/// Makes the index frame of an image. Rows are appended table by table, in the order of Table, and
/// compressed as they come, so the decoded tables are never held. Not thread-safe.
class IndexWriter {
 public:
  static constexpr std::uint32_t kIndexFrameSize = 32 * 1024;

  /// `level` is one of zstd's levels: an index has no LZ4 frames.
  explicit IndexWriter(int level);

  /// Starts `table`, which must come after the table started last; tables in between stay empty.
  /// With Table::kFrameDigests, the image gets the feature digests.
  /// Errors: as FrameEncoder::encode.
  Result<void> begin(Table table);

  /// Appends whole rows (or bytes, in a table of bytes) to the table started last.
  Result<void> append(ByteSpan rows);
  template <typename Record>
  requires requires(const Record& record, ByteVector& out) { record.append_to(out); }
  Result<void> append(const Record& record) {
    row_.clear();
    record.append_to(row_);
    return append(row_);
  }

  /// The whole index frame, including its skippable header. Call once, last.
  /// Errors: TooLarge (a compressed index above 4 GiB), and as append().
  Result<ByteVector> finish(const ImageSummary& summary);

  /// After finish(): the root of the image; nothing if it has no digests.
  [[nodiscard]] const std::optional<RootDigest>& root() const { return root_; }

 private:
  Result<void> write_bytes(ByteSpan bytes);
  Result<void> flush_frame();
  [[nodiscard]] bool has_begun(Table table) const {
    return next_table_ > static_cast<std::size_t>(table);
  }
  [[nodiscard]] ByteVector index_digests() const;

  FrameEncoder encoder_;
  IndexHeader header_;
  std::size_t next_table_ = 0;      // tables before it have been started
  std::uint64_t decoded_size_ = 0;  // of everything appended
  ByteVector pending_;              // decoded bytes of the frame being filled
  ByteVector frames_;               // coded index frames
  ByteVector directory_;            // their IndexEntry rows
  std::vector<SeekTableEntry> seek_table_;
  std::optional<RootDigest> root_;
  ByteVector row_;
};

}  // namespace zvfs
