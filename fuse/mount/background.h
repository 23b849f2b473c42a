#pragma once

#include <functional>
#include <string>

#include "base/unique_fd.h"
#include "fuse/mount/exit_status.h"

namespace zvfs {

/// A daemon calls this when it is about to answer requests.
using Ready = std::function<void()>;

/// Runs `daemon` in a child process, and returns its exit status in the child. In the parent,
/// returns success when the daemon has called its Ready and statvfs(2) of `mount_point` succeeds.
/// If the child ends first, returns its exit status; the reason is then on standard error.
///
/// Ready detaches the child: it gets a session of its own, "/" as its directory, /dev/null for its
/// standard streams, and syslog(3) for its messages. Until then, signals from the terminal reach
/// it.
ExitStatus run_in_background(const std::string& mount_point,
                             const std::function<ExitStatus(const Ready&)>& daemon);

}  // namespace zvfs
