#pragma once

#include <chrono>

#include "base/result.h"
#include "fuse/serve/connection.h"
#include "fuse/serve/lowlevel.h"

namespace zvfs {

/// The time from the end of a mount to that of the process, see exit_within().
inline constexpr std::chrono::milliseconds kEndGrace{500};

/// Makes libfuse read and write the device of a mounted session, whose user data is a Connection*,
/// through us. When the connection ends, since somebody unmounted or aborted it, the Connection is
/// told, and the process ends soon, although libfuse waits for its threads.
/// Errors: NoMemory.
Result<void> watch_device(fuse_session* session);

/// True if the kernel has ended the connection.
bool has_connection_ended(int device);

}  // namespace zvfs
