#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "zvfs/command/command.h"

namespace zvfs {

/// Prints a command's listing to standard output, and notes whether it is complete. Not
/// thread-safe.
class Listing {
 public:
  /// Each line ends in `line_end`.
  explicit Listing(char line_end = '\n') : line_end_(line_end) {}

  /// Prints a line. Errors: Io (a full disk or a closed pipe), which should end the listing; the
  /// caller of the command reports the reason.
  Result<void> print(std::string_view line);

  /// Reports that damage to the image keeps `path` ("" is the root) from being listed.
  void lost(std::string_view path, const Error& error);

  /// Reports that the image has nothing called `operands`.
  void missing(const std::vector<std::string>& operands);

  /// kPartial if something was lost or missing.
  [[nodiscard]] CommandStatus status() const;

 private:
  const char line_end_;
  bool is_whole_ = true;
};

}  // namespace zvfs
