// The process's log: standard error until the daemon detaches, then syslog(3). One for the process,
// as both of them are. Thread-safe, but for log_to_syslog().
#pragma once

#include <cstdint>
#include <string_view>

#include "base/result.h"

namespace zvfs {

/// The name with which every line begins.
inline constexpr const char* kProgramName = "mount.zvfs";

/// Sends what follows, libfuse's messages included, to syslog(3). Call it once, before there are
/// other threads.
void log_to_syslog();

/// Writes one line.
void log_error(std::string_view line);
void log_warning(std::string_view line);
void log_notice(std::string_view line);

/// Writes a line for a request that failed with `error`; the first few of each ten seconds only,
/// since one damaged frame can fail any number of requests.
void log_failure(std::string_view request, std::uint64_t node, const Error& error);

}  // namespace zvfs
