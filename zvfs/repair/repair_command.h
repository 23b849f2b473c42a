#pragma once

#include "zvfs/command/command.h"

namespace zvfs {

/// `zvfs repair`: makes a whole image of a damaged one, or of a compressed archive of others.
CommandPtr make_repair_command();

}  // namespace zvfs
