#pragma once

#include <algorithm>
#include <cstdint>

#include "base/bytes.h"
#include "format/image_tables.h"
#include "format/index_reader.h"

namespace zvfs {

/// Steps through the rows of a table in order, and skips those in unreadable index frames. Not
/// thread-safe. Borrows the image.
template <typename Record>
class TableScan {
 public:
  /// Scans rows [first, end) of `table`; `end` may exceed the table.
  TableScan(const ImageTables& image, Table table, std::uint64_t first, std::uint64_t end)
      : image_(image),
        table_(table),
        cursor_(image.index()),
        next_(first),
        end_(std::min(end, image.index().rows(table))) {}
  TableScan(const ImageTables& image, Table table)
      : TableScan(image, table, 0, image.index().rows(table)) {}

  /// Steps to the next readable row; false if none is left.
  bool next() {
    for (; next_ < end_; next_ = first_row_after_frame(next_)) {
      const auto bytes = cursor_.row_bytes(table_, next_);
      if (!bytes) {
        has_gaps_ = true;
        continue;
      }
      bytes_ = *bytes;
      record_ = Record::parse(bytes_);
      row_ = next_++;
      return true;
    }
    return false;
  }

  [[nodiscard]] std::uint64_t row() const { return row_; }
  [[nodiscard]] const Record& record() const { return record_; }

  /// True if all fields of this row that must be zero are zero. They may hold anything if the image
  /// has features that this program does not know.
  [[nodiscard]] bool is_canonical() {
    if (image_.header().has_unknown_features()) return true;
    encoded_.clear();
    record_.append_to(encoded_);
    return std::ranges::equal(encoded_, bytes_);
  }

  /// True if rows were skipped.
  [[nodiscard]] bool has_gaps() const { return has_gaps_; }

 private:
  [[nodiscard]] std::uint64_t first_row_after_frame(std::uint64_t row) const {
    const std::uint64_t base = image_.header().table(table_).offset.value;
    const std::uint64_t frame_size = image_.header().index_frame_size;
    const std::uint64_t frame = (base + row * row_size(table_)) / frame_size;
    return ((frame + 1) * frame_size - base) / row_size(table_);
  }

  const ImageTables& image_;
  const Table table_;
  IndexReader::Cursor cursor_;
  std::uint64_t next_;
  std::uint64_t end_;
  std::uint64_t row_ = 0;
  ByteSpan bytes_;  // of the row, in the cursor's frame
  Record record_;
  ByteVector encoded_;
  bool has_gaps_ = false;
};

}  // namespace zvfs
