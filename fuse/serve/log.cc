#include "fuse/serve/log.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <syslog.h>
#include <utility>

#include <fuse_log.h>

#include "fuse/serve/rate_limiter.h"

namespace zvfs {
namespace {

constexpr std::uint32_t kFailuresPerPeriod = 10;
constexpr std::chrono::seconds kFailurePeriod{10};

LogSink sink;
std::atomic<bool> is_detached = false;

void write_line(int priority, std::string_view line) {
  if (is_detached.load(std::memory_order_acquire)) {
    sink(priority, line);
  } else {
    std::fprintf(stderr, "%s: %.*s\n", kProgramName, static_cast<int>(line.size()), line.data());
  }
}

// libfuse's levels are syslog's priorities.
void forward(fuse_log_level level, const char* format, va_list arguments) {
  std::array<char, 1024> line;
  const int size = std::vsnprintf(line.data(), line.size(), format, arguments);
  if (size > 0) {
    sink(static_cast<int>(level),
         {line.data(), std::min(static_cast<std::size_t>(size), line.size() - 1)});
  }
}

}  // namespace

void log_to(LogSink chosen) {
  sink = std::move(chosen);
  is_detached = true;
  fuse_set_log_func(forward);
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
