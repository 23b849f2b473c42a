#pragma once

#include "zvfs/command/command.h"

namespace zvfs {

/// `zvfs extract`: restores files of an image, or writes its tar stream.
CommandPtr make_extract_command();

}  // namespace zvfs
