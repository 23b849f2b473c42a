#pragma once

#include <cstddef>
#include <string>

#include "base/result.h"
#include "base/units.h"

namespace zvfs {

/// Reads the files that options name. "-" is standard input, which only one option can read. Not
/// thread-safe.
class OptionFiles {
 public:
  /// What a file may have at most, in bytes: devices and pipes never end.
  struct Limits {
    std::size_t line = 1 * kMiB;  ///< The longest lines are pseudo definitions of attributes.
    std::size_t file = 1024 * kMiB;
  };

  OptionFiles() : limits_() {}
  explicit OptionFiles(const Limits& limits) : limits_(limits) {}

  /// The content of the file `path`, which `option` names and whose lines end with `separator`.
  /// Errors: Io; TooLarge; InvalidArgument (standard input, and something else already reads it).
  Result<std::string> read(const std::string& option, const std::string& path,
                           char separator = '\n');

  /// Notes that `reader` (an option, or "SOURCE") reads standard input. Errors: InvalidArgument
  /// (something else does).
  Result<void> take_standard_input(const std::string& reader);

 private:
  const Limits limits_;
  std::string standard_input_;  // its reader; empty if there is none yet
};

}  // namespace zvfs
