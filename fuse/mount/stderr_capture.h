#pragma once

#include <string>

#include "base/unique_fd.h"

namespace zvfs {

/// Catches what is written to standard error while it exists, by libraries and child processes:
/// libfuse and fusermount3 say there why they cannot mount. If catching fails, standard error is
/// left alone. Not thread-safe.
class StderrCapture {
 public:
  StderrCapture();
  ~StderrCapture() { restore(); }
  StderrCapture(const StderrCapture&) = delete;
  StderrCapture& operator=(const StderrCapture&) = delete;

  /// Ends the capture; gives the last line written, without "program: " before it.
  std::string last_line();

 private:
  void restore();

  UniqueFd original_;
  UniqueFd caught_;
};

/// The last non-empty line of `text`, without the name of libfuse's or fusermount3's before it.
std::string last_message(const std::string& text);

}  // namespace zvfs
