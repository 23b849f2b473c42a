// The log of the process: standard error until the daemon detaches, then where it is told.
// Thread-safe, except for take_libfuse_messages() and log_to().
#pragma once

#include <cstdint>
#include <functional>
#include <string_view>

#include "base/result.h"

namespace zvfs {

/// Every line begins with this name.
inline constexpr const char* kProgramName = "mount.zvfs";

/// Takes libfuse's messages into this log, from now on. Only the first few in ten seconds are
/// logged, since requests of any user can cause them. Call it once, before there are other threads.
void take_libfuse_messages();

/// Takes a line, with its priority as in syslog(3). Thread-safe.
using LogSink = std::function<void(int priority, std::string_view line)>;

/// Sends later messages to `sink`. Call it once, before anything is logged by other threads.
void log_to(LogSink sink);

/// Writes one line. Whatever is in it stays one line, as by safe_line().
void log_error(std::string_view line);
void log_warning(std::string_view line);
void log_notice(std::string_view line);

/// Writes a line for a request that failed with `error`. Only the first few in ten seconds are
/// logged, since one damaged frame can fail any number of requests.
void log_failure(std::string_view request, std::uint64_t node, const Error& error);

}  // namespace zvfs
