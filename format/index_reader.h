#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "base/result.h"
#include "format/digests/index_directory.h"
#include "format/frame_reader.h"
#include "format/index_header.h"
#include "format/records.h"

namespace zvfs {

/// Reads rows and bytes of the index tables, decoding only the index frames that hold them. Bounds
/// are checked here; users check the contents of records. Thread-safe.
/// Borrows header, directory and frame reader.
class IndexReader {
 public:
  IndexReader(const IndexHeader& header, const IndexDirectory& directory, FrameReader& frames)
      : header_(header), directory_(directory), frames_(frames) {}

  /// Remembers and pins the frame that it read last, so that neighbouring rows cost no cache
  /// lookup; and that it is corrupt, so that they cost no further attempt. Not thread-safe: one
  /// cursor per thread and use. Borrows the IndexReader.
  class Cursor {
   public:
    explicit Cursor(const IndexReader& index) : index_(index) {}

    /// Row `row` of the table of `Record`s. Errors: Corrupt (beyond the table), Io.
    template <typename Record>
    Result<Record> row(Table table, std::uint64_t row) {
      return Record::parse(ZVFS_TRY(row_bytes(table, row)));
    }

    /// Row `row` of a table of u32. Errors: Corrupt (beyond the table), Io.
    Result<std::uint32_t> u32_row(Table table, std::uint64_t row) {
      return ByteReader(ZVFS_TRY(row_bytes(table, row))).u32();
    }

    /// `length` bytes at `offset` of a table of bytes. They stay valid until the next call.
    /// Errors: Corrupt (beyond the table), Io.
    Result<ByteSpan> bytes(Table table, std::uint64_t offset, std::size_t length);

    /// The bytes of row `row`, unparsed. They stay valid until the next call.
    /// Errors: Corrupt (beyond the table), Io.
    Result<ByteSpan> row_bytes(Table table, std::uint64_t row);

   private:
    Result<ByteSpan> frame_bytes(std::uint32_t number);

    const IndexReader& index_;
    std::uint32_t number_ = 0;
    FramePtr frame_;                                          // index frame `number_`, or null
    std::optional<std::pair<std::uint32_t, Error>> corrupt_;  // the last frame that is
    ByteVector joined_;                                       // bytes that straddled frames
  };

  [[nodiscard]] std::uint64_t rows(Table table) const { return header_.table(table).rows; }

  /// Where index frame `number` lies, which must be below the header's index_frame_count.
  /// Errors: Corrupt, Io.
  [[nodiscard]] Result<FrameLocation> location(std::uint32_t number) const;

  /// The decoded index frame `number`, which must be below the header's index_frame_count.
  /// Errors: Corrupt, Io.
  Result<FramePtr> frame(std::uint32_t number) const;

 private:
  const IndexHeader& header_;
  const IndexDirectory& directory_;
  FrameReader& frames_;
};

}  // namespace zvfs
