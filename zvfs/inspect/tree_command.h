#pragma once

#include "zvfs/command/command.h"

namespace zvfs {

/// `zvfs tree`: draws the directories of an image, as tree(1) does.
CommandPtr make_tree_command();

}  // namespace zvfs
