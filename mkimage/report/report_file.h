#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "base/unique_fd.h"

namespace zvfs {

/// The file that a report for programs goes to, or standard output: opened before a build, so that
/// one that cannot be written is known before the work is done. Not thread-safe.
class ReportFile {
 public:
  /// Makes the file `path`, or empties it; "-" is standard output. Errors: Io.
  static Result<ReportFile> open(const std::string& path);

  /// Call once. Errors: Io.
  Result<void> write(std::string_view text);

 private:
  ReportFile(std::string name, UniqueFd fd) : name_(std::move(name)), fd_(std::move(fd)) {}

  std::string name_;
  UniqueFd fd_;
};

}  // namespace zvfs
