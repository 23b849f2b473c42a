#pragma once

#include <chrono>

namespace zvfs {

/// Ends the process with status 0 if it is still there after `duration`, whatever its threads do.
/// A thread that reads from a dead disk never returns, and a read-only filesystem has nothing to
/// save. Only the first call counts. Takes SIGALRM. Thread-safe.
void exit_within(std::chrono::milliseconds duration);

}  // namespace zvfs
