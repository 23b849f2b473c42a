#pragma once

#include <string>

#include "base/bytes.h"
#include "base/result.h"
#include "base/unique_fd.h"

namespace zvfs {

/// A file that a command writes from its begin to its end, or standard output. A file that was not
/// finished is removed. Not thread-safe.
class OutputFile {
 public:
  enum class Existing : bool { kKeep, kReplace };

  /// Makes the file `path`, or takes standard output for "-". What exists is replaced only if it
  /// may be, is a regular file, and is not `image_path`, which is being read; other than regular
  /// files (a pipe, /dev/null) are written to as they are. Errors: InvalidArgument (exists; is the
  /// image), Io.
  static Result<OutputFile> open(const std::string& path, Existing existing,
                                 const std::string& image_path);
  OutputFile(OutputFile&&) = default;
  OutputFile& operator=(OutputFile&&) = delete;
  ~OutputFile();

  /// Errors: Io.
  Result<void> write(ByteSpan bytes);

  /// All was written: the file stays. Errors: Io.
  Result<void> finish();

 private:
  OutputFile(std::string path, UniqueFd owned, int fd)
      : path_(std::move(path)), owned_(std::move(owned)), fd_(fd) {}

  std::string path_;  // of a file to be removed; empty for none
  UniqueFd owned_;
  int fd_;
};

}  // namespace zvfs
