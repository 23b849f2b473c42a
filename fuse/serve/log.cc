#include "fuse/serve/log.h"

#include <atomic>
#include <chrono>
#include <cstdio>
#include <syslog.h>

#include <fuse_log.h>

#include "fuse/serve/rate_limiter.h"

namespace zvfs {
namespace {

constexpr std::uint32_t kFailuresPerPeriod = 10;
constexpr std::chrono::seconds kFailurePeriod{10};

std::atomic<bool> to_syslog = false;

void write_line(int priority, std::string_view line) {
  if (to_syslog.load(std::memory_order_relaxed)) {
    syslog(priority, "%.*s", static_cast<int>(line.size()), line.data());
  } else {
    std::fprintf(stderr, "%s: %.*s\n", kProgramName, static_cast<int>(line.size()), line.data());
  }
}

// libfuse's levels are syslog's priorities.
void forward_to_syslog(fuse_log_level level, const char* format, va_list arguments) {
  vsyslog(static_cast<int>(level), format, arguments);
}

}  // namespace

void log_to_syslog() {
  openlog(kProgramName, LOG_PID, LOG_DAEMON);
  fuse_set_log_func(forward_to_syslog);
  to_syslog = true;
}

void log_error(std::string_view line) { write_line(LOG_ERR, line); }
void log_warning(std::string_view line) { write_line(LOG_WARNING, line); }
void log_notice(std::string_view line) { write_line(LOG_NOTICE, line); }

void log_failure(std::string_view request, std::uint64_t node, const Error& error) {
  static RateLimiter limiter(kFailuresPerPeriod, kFailurePeriod);
  const auto refused = limiter.admit(RateLimiter::Clock::now());
  if (!refused) return;
  if (*refused != 0) log_error(fmt::format("{} more failed requests were not logged", *refused));
  log_error(fmt::format("{} of inode {}: {}", request, node, error.message));
}

}  // namespace zvfs
