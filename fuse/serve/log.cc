#include "fuse/serve/log.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <exception>
#include <new>
#include <syslog.h>
#include <utility>

#include <fuse_log.h>

#include "base/quoting.h"
#include "base/standard_streams.h"
#include "fuse/serve/rate_limiter.h"

namespace zvfs {
namespace {

constexpr std::uint32_t kLinesPerPeriod = 10;
constexpr std::chrono::seconds kLogPeriod{10};
constexpr std::string_view kLineStart = "mount.zvfs: ";

LogSink sink;
std::atomic<bool> is_detached = false;

// Writes one line, `name` before it on standard error.
void write_composed_line(int priority, std::string_view name, std::string_view line) {
  const std::string safe = safe_line(line);
  if (is_detached.load(std::memory_order_acquire)) {
    sink(priority, safe);
  } else {
    print_to_stderr(fmt::format("{}{}\n", name, safe));
  }
}

// Without memory to compose the line it says just that, from memory that is there.
void write_line(int priority, std::string_view name, std::string_view line) noexcept {
  constexpr std::string_view kNoMemory = "out of memory";
  try {
    write_composed_line(priority, name, line);
  } catch (const std::bad_alloc&) {
    if (is_detached.load(std::memory_order_acquire)) {
      sink(priority, kNoMemory);
    } else {
      for (const std::string_view piece : {name, kNoMemory, std::string_view("\n")}) {
        print_to_stderr(piece);
      }
    }
  }
}

void write_line(int priority, std::string_view line) noexcept {
  write_line(priority, kLineStart, line);
}

// Writes an error that any user of the mount can cause any number of times, unless there were too
// many lately.
void write_limited(RateLimiter& limiter, std::string_view what, std::string_view name,
                   std::string_view line) {
  const auto refused = limiter.admit(RateLimiter::Clock::now());
  if (!refused) return;
  if (*refused != 0) log_error(fmt::format("{} more {} were not logged", *refused, what));
  write_line(LOG_ERR, name, line);
}

std::string formatted(const char* format, va_list arguments) {
  std::string text(1024, '\0');
  const int length = std::vsnprintf(text.data(), text.size(), format, arguments);
  text.resize(std::clamp<std::size_t>(length < 0 ? 0 : static_cast<std::size_t>(length), 0,
                                      text.size() - 1));
  while (text.ends_with('\n')) text.pop_back();
  return text;
}

// libfuse's levels are syslog's priorities. Its lines are for programs and for people already: no
// name precedes them on standard error, where Session reads them.
void take_message(fuse_log_level level, const char* format, va_list arguments) noexcept {
  static RateLimiter limiter(kLinesPerPeriod, kLogPeriod);
  try {
    const std::string text = formatted(format, arguments);
    if (level != FUSE_LOG_DEBUG) return write_limited(limiter, "messages of libfuse", "", text);
    for (std::string_view rest = text; !rest.empty();) {
      const std::string_view line = rest.substr(0, rest.find('\n'));
      write_line(LOG_DEBUG, "", line);
      rest.remove_prefix(std::min(rest.size(), line.size() + 1));
    }
  } catch (const std::exception&) {
    // No memory for a message.
  }
}

}  // namespace

void take_libfuse_messages() { fuse_set_log_func(take_message); }

void log_to(LogSink chosen) {
  sink = std::move(chosen);
  is_detached = true;
}

void log_error(std::string_view line) { write_line(LOG_ERR, line); }
void log_warning(std::string_view line) { write_line(LOG_WARNING, line); }
void log_notice(std::string_view line) { write_line(LOG_NOTICE, line); }

void log_failure(std::string_view request, std::uint64_t node, const Error& error) {
  static RateLimiter limiter(kLinesPerPeriod, kLogPeriod);
  write_limited(limiter, "failed requests", kLineStart,
                fmt::format("{} of inode {}: {}", request, node, error.message));
}

}  // namespace zvfs
