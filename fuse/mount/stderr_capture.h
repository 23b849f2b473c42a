#pragma once

#include <string>

#include "base/unique_fd.h"

namespace zvfs {

/// Captures whatever libraries and child processes write to standard error while it exists: libfuse
/// and fusermount3 explain there why they cannot mount. If capturing fails, standard error is left
/// alone. Not thread-safe.
class StderrCapture {
 public:
  StderrCapture();
  ~StderrCapture() { restore(); }
  StderrCapture(const StderrCapture&) = delete;
  StderrCapture& operator=(const StderrCapture&) = delete;

  /// Ends the capture and returns the last line written, without a leading "program: ".
  std::string last_line();

 private:
  void restore();

  UniqueFd original_;
  UniqueFd caught_;
};

/// The last non-empty line of `text`, without a leading name of libfuse or fusermount3.
std::string last_message(const std::string& text);

}  // namespace zvfs
