#pragma once

#include <string_view>
#include <sys/types.h>

namespace zvfs {

/// True if a signal that ends the thread's process is on its way to it (proc(5), status). Also true
/// if that cannot be told, since the thread is in another PID namespace or /proc is missing.
bool is_being_killed(pid_t thread);

/// The same for the text of its /proc/ID/status.
bool shows_deadly_signal(std::string_view status);

}  // namespace zvfs
