#pragma once

namespace zvfs {

/// True if memory is so short that filling page cache ahead of need would evict something better:
/// MemAvailable is below 1/16 of MemTotal (proc(5)). Reads /proc/meminfo at most ten times a
/// second; false if that cannot be read. The first call opens it. Thread-safe.
bool is_memory_short();

}  // namespace zvfs
