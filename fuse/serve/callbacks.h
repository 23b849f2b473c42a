#pragma once

#include "fuse/serve/lowlevel.h"

namespace zvfs {

/// The C functions that libfuse calls, for a session whose user data is a Connection*. They let no
/// exception escape.
const fuse_lowlevel_ops& callbacks();

}  // namespace zvfs
