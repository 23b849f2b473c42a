#pragma once

#include "zvfs/command/command.h"

namespace zvfs {

/// `zvfs info`: what an image is, and what its frames and files take.
CommandPtr make_info_command();

}  // namespace zvfs
