#include "fuse/ahead/memory_pressure.h"

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <fcntl.h>
#include <unistd.h>

#include "base/unique_fd.h"

namespace zvfs {
namespace {

constexpr std::uint64_t kLeastAvailable = 16;  // a fraction: 1/16
constexpr std::int64_t kPeriodMs = 100;

std::int64_t now_ms() {
  using namespace std::chrono;
  return duration_cast<milliseconds>(steady_clock::now().time_since_epoch()).count();
}

bool read_is_memory_short() {
  // Opened once: later, a sandbox may forbid it.
  static const UniqueFd file(::open("/proc/meminfo", O_RDONLY | O_CLOEXEC));
  std::array<char, 512> text;
  const ssize_t size = ::pread(file.get(), text.data(), text.size() - 1, 0);
  if (size <= 0) return false;
  text[static_cast<std::size_t>(size)] = '\0';
  unsigned long long total = 0;
  unsigned long long free = 0;
  unsigned long long available = 0;
  if (std::sscanf(text.data(), "MemTotal: %llu kB MemFree: %llu kB MemAvailable: %llu", &total,
                  &free, &available) != 3) {
    return false;
  }
  return available < total / kLeastAvailable;
}

}  // namespace

bool is_memory_short() {
  static std::atomic<std::int64_t> last_ms{0};
  static std::atomic<bool> last_answer{false};
  std::int64_t last = last_ms.load(std::memory_order_relaxed);
  const std::int64_t now = now_ms();
  // One thread asks; the others use the last answer.
  if (now - last >= kPeriodMs && last_ms.compare_exchange_strong(last, now)) {
    last_answer.store(read_is_memory_short(), std::memory_order_relaxed);
  }
  return last_answer.load(std::memory_order_relaxed);
}

}  // namespace zvfs
