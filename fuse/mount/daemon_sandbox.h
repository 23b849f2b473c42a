#pragma once

#include "base/sandbox/sandbox.h"

namespace zvfs {

/// What the daemon still needs once the filesystem is mounted and its files are open: to read and
/// write them, memory, threads, time and signals.
SandboxRules daemon_sandbox_rules();

}  // namespace zvfs
