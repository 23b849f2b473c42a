#pragma once

#include <optional>
#include <string>

#include "base/atomic_file.h"
#include "base/bytes.h"
#include "base/result.h"
#include "base/unique_fd.h"

namespace zvfs {

/// An output that a command writes from beginning to end: standard output, or a file that appears
/// when it is finished. Not thread-safe.
class OutputFile {
 public:
  /// Begins the file `path`, or uses standard output for "-". Never replaces `image_path`, which is
  /// being read. Writes directly to anything that exists and is not a regular file (a pipe,
  /// /dev/null, a block device). Errors: those of find_output() and of AtomicFile::create();
  /// InvalidArgument (is the image).
  static Result<OutputFile> open(const std::string& path, IfExists if_exists,
                                 const std::string& image_path);

  /// Errors: Io.
  Result<void> write(ByteSpan bytes);

  /// Ends the writing; all is on disk, and the file appears. Errors: InvalidArgument (created
  /// meanwhile), Io.
  Result<void> finish();

 private:
  explicit OutputFile(std::string name) : name_(std::move(name)) {}

  [[nodiscard]] int fd() const;

  std::string name_;  // in messages
  std::optional<AtomicFile> file_;
  UniqueFd special_;  // without this and without a file: standard output
};

}  // namespace zvfs
