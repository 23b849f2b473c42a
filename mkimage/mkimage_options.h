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
  std::string directory;  ///< To change to before anything of the source is opened; "" for none.
  std::string json;       ///< Where the report for programs goes: a path, "-", or "" for nowhere.
};

/// Parses the arguments of mkimage, with the program's name first. There are no options to go on
/// with after --help or --version, which is then answered on standard output.
/// Errors: InvalidArgument, a usage error.
Result<std::optional<MkimageOptions>> parse_mkimage_options(std::span<char* const> arguments);

}  // namespace zvfs
