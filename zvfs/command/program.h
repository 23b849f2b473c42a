#pragma once

#include <span>
#include <vector>

#include "zvfs/command/command.h"

namespace zvfs {

/// `zvfs` itself: parses the command line (argv, with the program's name first), runs the command
/// that it names, and returns the exit status. Prints help, versions and errors. Catches the
/// exceptions of the standard library.
CommandStatus run_program(std::span<char* const> arguments, std::vector<CommandPtr> commands);

}  // namespace zvfs
