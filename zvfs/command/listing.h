#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "zvfs/command/command.h"

namespace zvfs {

/// What a command lists on standard output, and how much of it there was. Not thread-safe.
class Listing {
 public:
  /// Each line ends in `line_end`.
  explicit Listing(char line_end = '\n') : line_end_(line_end) {}

  /// Prints a line. Errors: Io, a full disk or a closed pipe, which should end the listing; the
  /// caller of the command says why.
  Result<void> print(std::string_view line);

  /// Tells that the image is damaged where `path`, "" being the root, would have been listed.
  void lost(std::string_view path, const Error& error);

  /// Tells that the image has nothing by the names of `operands`.
  void missing(const std::vector<std::string>& operands);

  /// kPartial if something was lost or missing.
  [[nodiscard]] CommandStatus status() const;

 private:
  const char line_end_;
  bool is_whole_ = true;
};

}  // namespace zvfs
