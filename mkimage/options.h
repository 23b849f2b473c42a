#pragma once

#include <variant>

#include "mkimage/build.h"

namespace zvfs {

enum class Verbosity : std::uint8_t {
  kQuiet,   ///< Troubles and errors alone.
  kNormal,  ///< Also a progress bar on a terminal, and a closing summary.
  kNames,   ///< Also the members' names.
};

struct CommandLine {
  BuildOptions build;
  Verbosity verbosity = Verbosity::kNormal;
};

/// How the tool ends at once: after --help, or after a usage error.
struct ExitStatus {
  int value;
};

/// Parses the arguments of mkimage. Help and version go to standard output, usage errors to
/// standard error.
std::variant<CommandLine, ExitStatus> parse_command_line(int argc, char** argv);

}  // namespace zvfs
