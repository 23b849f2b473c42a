#pragma once

#include <optional>
#include <string>

#include "base/atomic_file.h"
#include "base/bytes.h"
#include "base/result.h"
#include "base/unique_fd.h"

namespace zvfs {

/// What a command writes from its begin to its end: a file, which appears when it is finished, or
/// standard output. Not thread-safe.
class OutputFile {
 public:
  /// Begins the file `path`, or takes standard output for "-". `image_path`, which is being read,
  /// is never replaced. What exists and is no regular file (a pipe, /dev/null) is written to as it
  /// is. Errors: InvalidArgument (exists and may not be replaced; is the image), Io.
  static Result<OutputFile> open(const std::string& path, IfExists if_exists,
                                 const std::string& image_path);

  /// Errors: Io.
  Result<void> write(ByteSpan bytes);

  /// All was written: the file appears. Errors: InvalidArgument (exists by now), Io.
  Result<void> finish();

 private:
  explicit OutputFile(std::string path) : path_(std::move(path)) {}

  [[nodiscard]] int fd() const;

  std::string path_;
  std::optional<AtomicFile> file_;
  UniqueFd special_;  // standard output without this and without a file
};

}  // namespace zvfs
