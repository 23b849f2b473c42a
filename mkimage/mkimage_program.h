#pragma once

#include <span>

namespace zvfs {

/// What mkimage exits with.
enum class MkimageStatus : int {
  kDone = 0,
  kFilesChanged = 1,  ///< There is an image, but files changed while they were read.
  kFailed = 2,        ///< Wrong usage, no image, or one without files that cannot be read.
};

/// mkimage itself: parses the command line (argv, with the program's name first), makes the image
/// and returns the exit status. Prints help, the summary, warnings and errors. Exceptions of the
/// standard library end here.
MkimageStatus run_mkimage(std::span<char* const> arguments);

}  // namespace zvfs
