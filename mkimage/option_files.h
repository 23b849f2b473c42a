#pragma once

#include <string>

namespace zvfs {

/// The files that options name, "-" being standard input, which only one of them can have. Not
/// thread-safe.
class OptionFiles {
 public:
  /// The content of the file that `option` names. Throws CLI::ValidationError, which is a usage
  /// error: it cannot be read, or is standard input, and something else reads that.
  std::string read(const std::string& option, const std::string& path);

  /// Says that `reader` (an option, or "SOURCE") reads standard input. Throws as read().
  void take_standard_input(const std::string& reader);

 private:
  std::string standard_input_;  // who reads it; empty while nobody does
};

}  // namespace zvfs
