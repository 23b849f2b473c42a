#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "base/result.h"
#include "mkimage/build_options.h"

namespace zvfs {

enum class Verbosity : std::uint8_t {
  kQuiet,   ///< Warnings and errors alone.
  kNormal,  ///< Also a progress bar on a terminal, and a closing summary.
  kNames,   ///< Also the members' names.
};

/// What mkimage was told to do.
struct MkimageOptions {
  BuildOptions build;
  Verbosity verbosity = Verbosity::kNormal;
  std::string directory;  ///< To change to before opening the source; "" for none.
  std::string json;       ///< Where the JSON report goes: a path, "-", or "" for nowhere.
};

/// Parses the arguments of mkimage, with the program's name first. Answers --help and --version on
/// standard output, and then returns no options.
/// Errors: InvalidArgument, a usage error.
Result<std::optional<MkimageOptions>> parse_mkimage_options(std::span<char* const> arguments);

}  // namespace zvfs
