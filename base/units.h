// Sizes as people write and read them.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

namespace zvfs {

inline constexpr std::uint64_t kKiB = 1024;
inline constexpr std::uint64_t kMiB = 1024 * kKiB;
inline constexpr std::uint64_t kGiB = 1024 * kMiB;

/// A size in bytes for people, as `ls -h` and `du -h` print it, rounded up: "512", "1.3K", "24M",
/// "1.2G".
std::string human_size(std::uint64_t size_bytes);

/// Parses a size as mksquashfs and dd take it: a decimal number, then nothing or one of k, m, g,
/// t (either case, powers of 1024), optionally followed by "iB" or "B".
/// Errors: InvalidArgument (not a size, or above 2^64 - 1).
Result<std::uint64_t> parse_size(std::string_view text);

}  // namespace zvfs
