#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "base/unique_fd.h"

namespace zvfs {

/// The file of a JSON report, or standard output. Opened before a build, so that a path that cannot
/// be written fails before the work is done. Not thread-safe.
class ReportFile {
 public:
  /// Creates the file `path`, or empties it; "-" is standard output. Errors:
  /// InvalidArgument (a block device), Io.
  static Result<ReportFile> open(const std::string& path);

  /// Call once. Errors: Io.
  Result<void> write(std::string_view text);

 private:
  ReportFile(std::string name, UniqueFd fd) : name_(std::move(name)), fd_(std::move(fd)) {}

  std::string name_;
  UniqueFd fd_;
};

}  // namespace zvfs
