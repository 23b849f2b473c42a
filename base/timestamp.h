#pragma once

#include <compare>
#include <cstdint>
#include <ctime>
#include <string_view>

#include "base/result.h"

namespace zvfs {

/// A point in time as inodes store it: seconds since 1970, and 0 to 999,999,999 nanoseconds after
/// them.
struct Timestamp {
  std::int64_t seconds = 0;
  std::uint32_t nanoseconds = 0;
  auto operator<=>(const Timestamp&) const = default;

  /// Parses "@SECONDS" or an ISO 8601 date ("2024-02-29", "2024-02-29 12:30", "...T12:30:45"). The
  /// time may have up to nine decimals, and "Z", "UTC" or an offset ("+01:00") after it; without
  /// one it is local time. Errors: InvalidArgument (anything else).
  static Result<Timestamp> parse(std::string_view text);
};

inline Timestamp timestamp_of(const timespec& time) {
  return {time.tv_sec, static_cast<std::uint32_t>(time.tv_nsec)};
}

}  // namespace zvfs
