#pragma once

#include <functional>
#include <string>

#include "base/unique_fd.h"
#include "fuse/mount/exit_status.h"
#include "fuse/serve/log.h"

namespace zvfs {

/// A daemon calls this when it is about to answer requests, with the place for its messages.
using Ready = std::function<void(LogSink)>;

/// Runs `daemon` in a child process, and returns its exit status in the child. In the parent,
/// returns success when the daemon has called its Ready and statvfs(2) of `mount_point` succeeds.
/// If the child ends first, returns its exit status; the reason is then on standard error.
///
/// The child's directory is "/" from the start. Ready detaches it: it gets a session of its own,
/// /dev/null for its standard streams, and another place for its messages. It opens nothing. Until
/// then, signals from the terminal reach the child.
ExitStatus run_in_background(const std::string& mount_point,
                             const std::function<ExitStatus(const Ready&)>& daemon);

}  // namespace zvfs
