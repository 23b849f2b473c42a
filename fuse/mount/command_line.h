#pragma once

#include <span>
#include <string>

#include "base/result.h"
#include "fuse/mount/mount_options.h"

namespace zvfs {

/// What the command line asks for.
struct CommandLine {
  enum class Action { kMount, kHelp, kVersion };
  Action action = Action::kMount;
  MountOptions options;  ///< For kMount; and `verbose` for kVersion.
};

/// Parses `arguments`, the first of which is the program's name. They come from a person, or from
/// mount(8) calling its helper. Not thread-safe (getopt_long(3)).
/// Errors: InvalidArgument.
Result<CommandLine> parse_command_line(std::span<char* const> arguments, const Caller& caller);

/// The text of --help and of --version.
std::string help_text();
std::string version_text();
/// What --version adds with -v: the library for digests, and the CPU features that it uses.
std::string libraries_text();

}  // namespace zvfs
