#pragma once

#include <span>

namespace zvfs {

/// The exit status of mkimage.
enum class MkimageStatus : int {
  kDone = 0,
  kFilesChanged = 1,  ///< The image was made, but files changed while they were read.
  kFailed = 2,        ///< Wrong usage, no image, or files that could not be read.
};

/// mkimage itself: parses the command line (argv, with the program's name first), makes the image
/// and returns the exit status. Prints help, the summary, warnings and errors. Catches the
/// exceptions of the standard library.
MkimageStatus run_mkimage(std::span<char* const> arguments);

}  // namespace zvfs
