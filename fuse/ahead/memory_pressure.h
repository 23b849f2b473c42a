#pragma once

namespace zvfs {

/// True when the machine has so little memory left (MemAvailable below 1/16 of MemTotal, as
/// proc(5) has them) that filling page cache ahead of need would push out something better. Reads
/// /proc/meminfo at most ten times a second. False where there is none. Thread-safe.
bool is_memory_short();

}  // namespace zvfs
