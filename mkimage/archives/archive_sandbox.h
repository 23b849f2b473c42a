#pragma once

#include "base/sandbox/sandbox.h"

namespace zvfs {

/// What the process that reads an archive with libarchive needs: the archive, a pipe and memory.
SandboxRules archive_sandbox_rules();

}  // namespace zvfs
