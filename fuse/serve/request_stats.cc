#include "fuse/serve/request_stats.h"

#include <algorithm>
#include <bit>

namespace zvfs {

std::size_t RequestStats::bucket_of(std::chrono::nanoseconds duration) {
  const auto microseconds = static_cast<std::uint64_t>(std::max<std::int64_t>(
      std::chrono::duration_cast<std::chrono::microseconds>(duration).count(), 0));
  return std::min<std::size_t>(static_cast<std::size_t>(std::bit_width(microseconds)),
                               kBuckets - 1);
}

void RequestStats::add(Operation operation, std::chrono::nanoseconds duration, Outcome outcome) {
  Counters& counters = counters_[static_cast<std::size_t>(operation)];
  counters.count.fetch_add(1, std::memory_order_relaxed);
  if (outcome == Outcome::kFailed) counters.errors.fetch_add(1, std::memory_order_relaxed);
  counters.nanoseconds.fetch_add(static_cast<std::uint64_t>(duration.count()),
                                 std::memory_order_relaxed);
  counters.histogram[bucket_of(duration)].fetch_add(1, std::memory_order_relaxed);
}

}  // namespace zvfs
