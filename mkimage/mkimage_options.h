#pragma once

#include <string>
#include <variant>

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

/// That the tool ends at once, after --help or a usage error, and with which exit code.
struct ExitNow {
  int code;
};

/// Parses the arguments of mkimage. Help and version go to standard output, usage errors to
/// standard error.
std::variant<MkimageOptions, ExitNow> parse_mkimage_options(int argc, char** argv);

}  // namespace zvfs
