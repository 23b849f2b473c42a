#pragma once

#include <cstdint>

#include "base/result.h"
#include "format/image.h"
#include "format/paged_array.h"

namespace zvfs {

/// Limits how many extents and frames are looked at for the files of an image, each file counted
/// once. Every file has data of its own in the stream, so all files together have hardly more
/// extents and frames than the image. A hostile image can let each file have all of them. Not
/// thread-safe.
class VisitBudget {
 public:
  explicit VisitBudget(const IndexHeader& header);

  /// Counts `visits` for `file`, unless the file was finished. Errors: Corrupt (too many).
  Result<void> charge(InodeNumber file, std::uint64_t visits);
  /// The visits of `file` from now on are free. False if they were so before.
  bool finish(InodeNumber file) { return finished_.insert(file.value - 1); }

 private:
  std::uint64_t left_;
  const std::uint64_t all_;
  PagedBits finished_;  // by inode number less 1
};

}  // namespace zvfs
