#pragma once

#include "zvfs/command/command.h"

namespace zvfs {

/// `zvfs ls`: lists entries of an image, as ls and tar -tv do.
CommandPtr make_ls_command();

}  // namespace zvfs
