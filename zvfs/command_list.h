#pragma once

#include <vector>

#include "zvfs/command/command.h"

namespace zvfs {

/// All subcommands, in the order in which --help lists them.
std::vector<CommandPtr> all_commands();

}  // namespace zvfs
