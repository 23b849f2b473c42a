#pragma once

#include "zvfs/command/command.h"

namespace zvfs {

/// `zvfs check`: an image's fsck.
CommandPtr make_check_command();

}  // namespace zvfs
