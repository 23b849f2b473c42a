#include "fuse/ahead/memory_pressure.h"

#include <atomic>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <memory>

namespace zvfs {
namespace {

constexpr std::uint64_t kLeastAvailable = 16;  // a fraction: 1/16
constexpr std::int64_t kPeriodMs = 100;

struct FileCloser {
  void operator()(std::FILE* file) const { std::fclose(file); }
};

std::int64_t now_ms() {
  using namespace std::chrono;
  return duration_cast<milliseconds>(steady_clock::now().time_since_epoch()).count();
}

bool read_is_memory_short() {
  const std::unique_ptr<std::FILE, FileCloser> file(std::fopen("/proc/meminfo", "re"));
  if (file == nullptr) return false;
  unsigned long long total = 0;
  unsigned long long free = 0;
  unsigned long long available = 0;
  if (std::fscanf(file.get(), "MemTotal: %llu kB MemFree: %llu kB MemAvailable: %llu", &total,
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
