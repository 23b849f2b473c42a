#pragma once

#include "zvfs/command/command.h"

namespace zvfs {

/// `zvfs diff`: what differs between two images, or an image and a directory.
CommandPtr make_diff_command();

}  // namespace zvfs
