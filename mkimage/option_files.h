#pragma once

#include <string>

#include "base/result.h"

namespace zvfs {

/// Reads the files that options name. "-" is standard input, which only one option can read. Not
/// thread-safe.
class OptionFiles {
 public:
  /// The content of the file `path`, which `option` names. Errors: Io; InvalidArgument (standard
  /// input, and something else already reads it).
  Result<std::string> read(const std::string& option, const std::string& path);

  /// Notes that `reader` (an option, or "SOURCE") reads standard input. Errors: InvalidArgument
  /// (something else does).
  Result<void> take_standard_input(const std::string& reader);

 private:
  std::string standard_input_;  // its reader; empty if there is none yet
};

}  // namespace zvfs
