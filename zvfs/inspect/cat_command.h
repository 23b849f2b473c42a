#pragma once

#include "zvfs/command/command.h"

namespace zvfs {

/// `zvfs cat`: writes contents of files to stdout.
CommandPtr make_cat_command();

}  // namespace zvfs
