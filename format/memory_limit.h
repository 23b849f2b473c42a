// How much memory the process may use before the kernel kills or stalls it.
#pragma once

#include <cstdint>
#include <string>

#include "base/units.h"

namespace zvfs {

/// The memory of the machine, or the limit of a memory cgroup that the process is in, whichever is
/// least, in bytes; 2^64 - 1 if neither can be read. Counts every group from the process's own up
/// to the topmost that is visible: memory.max and memory.high of version 2, and
/// memory.limit_in_bytes of version 1 (cgroups(7)). Looks for /proc and /sys below `root`, for
/// tests. Throws std::bad_alloc.
std::uint64_t memory_limit(const std::string& root = "");

/// The least that affordable_memory() gives, in bytes.
inline constexpr std::uint64_t kLeastAffordable = kMiB;

/// `wanted_bytes`, but no more than a quarter of `limit_bytes`, the memory_limit(): the rest is for
/// everything else that a process needs, and for its page cache.
std::uint64_t affordable_memory(std::uint64_t wanted_bytes, std::uint64_t limit_bytes);

/// `wanted` workers, at least 1, or as many as affordable_memory() allows if each takes
/// `bytes_each`.
unsigned affordable_workers(unsigned wanted, std::uint64_t bytes_each, std::uint64_t limit_bytes);

}  // namespace zvfs
