#pragma once

#include <atomic>
#include <cstdint>

#include "format/image_tables.h"
#include "zvfs/check/problem_log.h"

namespace zvfs {

/// How far a check has come, in decoded bytes. Thread-safe.
struct CheckProgress {
  std::atomic<std::uint64_t> bytes_total = 0;  ///< 0 until it is known.
  std::atomic<std::uint64_t> bytes_done = 0;

  void add(std::uint64_t bytes) { bytes_done.fetch_add(bytes, std::memory_order_relaxed); }
};

/// Files may share extent lists, and sets of extended attributes may share bytes. Each row or byte
/// of those tables may be used this many times on average (small tables more often), so that no
/// small image takes for ever to check.
inline constexpr std::uint64_t kMaxSharing = 16;

/// Files may use this many rows of extents in addition.
inline constexpr std::uint64_t kFreeVisits = 1 << 20;

/// The state shared by the parts of a check. Each part is a function or class in its own
/// <name>_check.h. It checks one structure, and adds what it finds to the problems.
struct CheckContext {
  const ImageTables& image;
  ProblemLog& problems;
  unsigned threads = 1;
  CheckProgress* progress = nullptr;  ///< May be null.

  /// False if an index frame is damaged. Its rows cannot be read, and are then skipped in silence,
  /// since the frame was reported. Problems that follow only from missing rows are not reported.
  bool index_is_whole = true;
};

}  // namespace zvfs
