#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <string_view>

#include "base/result.h"
#include "format/image.h"
#include "format/image_source.h"
#include "zvfs/check/check_context.h"

namespace zvfs {

/// What a check looked at, and what it found.
struct CheckReport {
  std::uint64_t problems = 0;
  std::uint64_t damaged_files = 0;  ///< Names of files that cannot be read, or not wholly.
  std::uint64_t inodes = 0;
  std::uint32_t frames = 0;         ///< Data frames that the image has.
  std::uint64_t whole_frames = 0;   ///< Those of them that decode.
  std::uint64_t decoded_bytes = 0;  ///< Of those.

  [[nodiscard]] bool is_clean() const { return problems == 0; }
};

/// How to check, and who is told.
struct CheckOptions {
  unsigned threads = 1;
  bool deep = false;  ///< Compare the tar stream with the index, too.
  std::function<void(std::string_view message)> on_problem;
  /// After all problems: the path of a file that they damage.
  std::function<void(std::string_view path)> on_damaged_file;
  CheckProgress* progress = nullptr;  ///< Borrowed; may be null.
};

/// Checks the image that `source` ends in against all that docs/format.md says of it. Needs about
/// six bytes for each inode beside the frames being decoded. What is wrong with the image is a
/// problem, not an error.
/// Errors: InvalidArgument (no zvfs image, nor one cut short), Unsupported (needs a newer zvfs),
/// Io.
Result<CheckReport> check_image(std::unique_ptr<const ImageSource> source,
                                const CheckOptions& options);

}  // namespace zvfs
