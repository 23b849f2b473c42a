#pragma once

#include <string>

#include "base/result.h"

namespace zvfs {

/// The files that options name, "-" being standard input, which only one of them can have. Not
/// thread-safe.
class OptionFiles {
 public:
  /// The content of the file `path`, which `option` names. Errors: Io; InvalidArgument (standard
  /// input, which something else reads already).
  Result<std::string> read(const std::string& option, const std::string& path);

  /// Says that `reader` (an option, or "SOURCE") reads standard input. Errors: InvalidArgument
  /// (something else does).
  Result<void> take_standard_input(const std::string& reader);

 private:
  std::string standard_input_;  // who reads it; empty while nobody does
};

}  // namespace zvfs
