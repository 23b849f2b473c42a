#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <string_view>
#include <utility>

#include <fmt/core.h>

#include "format/image_tables.h"

namespace zvfs {

/// Takes what a check finds wrong, one line each: what, where, value, limit. Not thread-safe.
class ProblemLog {
 public:
  using Listener = std::function<void(std::string_view message)>;

  /// `listener` is called at once for each problem.
  explicit ProblemLog(Listener listener) : listener_(std::move(listener)) {}

  void add_message(std::string_view message) {
    ++count_;
    listener_(message);
  }
  template <typename... Args>
  void add(fmt::format_string<Args...> format, Args&&... args) {
    add_message(fmt::format(format, std::forward<Args>(args)...));
  }

  [[nodiscard]] std::uint64_t count() const { return count_; }

 private:
  Listener listener_;
  std::uint64_t count_ = 0;
};

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
