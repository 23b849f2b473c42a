#pragma once

#include <atomic>
#include <cstdint>
#include <vector>

#include "format/image_tables.h"
#include "zvfs/check/problem_log.h"

namespace zvfs {

/// How far a check has come, in decoded bytes. Thread-safe.
struct CheckProgress {
  std::atomic<std::uint64_t> bytes_total = 0;  ///< 0 until it is known.
  std::atomic<std::uint64_t> bytes_done = 0;

  void add(std::uint64_t bytes) { bytes_done.fetch_add(bytes, std::memory_order_relaxed); }
};

/// Files may share extent lists, and sets of extended attributes their bytes. So that a small image
/// cannot take for ever to check, each row or byte of those tables may be used this many times, on
/// average; small tables more often.
inline constexpr std::uint64_t kMaxSharing = 16;

/// What the parts of a check share. Each part is a function or class of its own, <what>_check.h,
/// and looks at one structure; what it finds it adds to the problems.
struct CheckContext {
  const ImageTables& image;
  ProblemLog& problems;
  unsigned threads = 1;
  CheckProgress* progress = nullptr;  ///< May be null.

  /// Rows that cannot be read, since their index frame is damaged, are passed over in silence: the
  /// index frame was reported. What would follow from them alone is no problem then.
  bool index_is_whole = true;
};

}  // namespace zvfs
