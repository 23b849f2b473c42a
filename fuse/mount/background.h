#pragma once

#include <functional>
#include <string>

#include "base/unique_fd.h"
#include "fuse/mount/exit_status.h"

namespace zvfs {

/// What a daemon calls once it is about to answer requests.
using Ready = std::function<void()>;

/// Runs `daemon` in a child process, and returns its exit status in the child. In the parent,
/// returns when the daemon has called its Ready and statvfs(2) of `mount_point` succeeds, or when
/// the child has ended: with its exit status, after it has said why on standard error.
///
/// Ready detaches the child: a session of its own, "/" as its directory, /dev/null for input and
/// outputs, and syslog(3) for its messages. Until then the terminal's signals reach it as well.
ExitStatus run_in_background(const std::string& mount_point,
                             const std::function<ExitStatus(const Ready&)>& daemon);

}  // namespace zvfs
