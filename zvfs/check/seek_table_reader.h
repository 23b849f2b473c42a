#pragma once

#include <cstdint>

#include "base/bytes.h"
#include "base/result.h"
#include "format/image_tables.h"
#include "format/seek_table.h"

namespace zvfs {

/// Reads the entries of a seek table of an image in order, a few at a time, so that memory does not
/// depend on their number. Not thread-safe. Borrows the image.
class SeekTableReader {
 public:
  /// The seek table begins at `begin` and has `entries`.
  SeekTableReader(const ImageTables& image, ImageOffset begin, std::uint32_t entries)
      : image_(image), begin_(begin), entries_(entries) {}

  /// Checks that the skippable frame's header and the footer match `entries`. Errors: Corrupt, Io.
  [[nodiscard]] Result<void> check_frame() const;

  /// The next entry. Errors: Io. Precondition: fewer than `entries` were read.
  Result<SeekTableEntry> next();

 private:
  const ImageTables& image_;
  const ImageOffset begin_;
  const std::uint32_t entries_;
  std::uint32_t next_ = 0;
  std::uint32_t loaded_ = 0;  // the number of entries loaded so far
  ByteVector buffer_;         // the last ones loaded
};

}  // namespace zvfs
