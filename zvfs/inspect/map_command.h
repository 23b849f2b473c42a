#pragma once

#include "zvfs/command/command.h"

namespace zvfs {

/// `zvfs map`: a page that shows where the bytes of an image go.
CommandPtr make_map_command();

}  // namespace zvfs
