#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "format/records.h"

namespace zvfs {

/// Collects and checks the data runs of a sparse tar member in any version of GNU tar's format:
/// they must be in order, must not overlap, and must end within the file.
class SparseMap {
 public:
  /// For a member whose file has `real_size` bytes, including holes.
  void begin(std::uint64_t real_size);

  /// Errors: Corrupt.
  Result<void> add(std::uint64_t offset, std::uint64_t length);

  /// Takes a block of the map that precedes the data in format 1.0: decimal numbers, each with a
  /// newline, the first being the number of runs. True if it was the last block of the map.
  /// Errors: Corrupt.
  Result<bool> add_text(ByteSpan block);

  [[nodiscard]] std::uint64_t real_size() const { return real_size_; }
  [[nodiscard]] std::uint64_t data_size() const { return data_size_; }  ///< Of all runs.

  /// The runs: none of them empty, and no two adjacent. Leaves the map empty.
  std::vector<ExtentRecord> take_extents();

 private:
  Result<void> add_number(std::uint64_t number);

  std::uint64_t real_size_ = 0;
  std::uint64_t data_size_ = 0;
  std::uint64_t end_ = 0;  // of the last run
  std::vector<ExtentRecord> extents_;

  // The number being read, and what the numbers so far mean.
  std::uint64_t number_ = 0;
  unsigned digits_ = 0;
  std::optional<std::uint64_t> runs_left_;
  std::optional<std::uint64_t> offset_;
};

}  // namespace zvfs
