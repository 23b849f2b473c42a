#pragma once

#include <chrono>
#include <string>
#include <string_view>
#include <thread>

#include "base/mutex.h"
#include "mkimage/progress.h"

namespace zvfs {

/// Shows a build's progress in the last line of a terminal, several times a second, while it
/// lives. Lines for people go through print(), so that they do not run into it. Thread-safe.
class ProgressLine {
 public:
  enum class Show : bool { kNever, kOnTerminal };

  /// Borrows `progress`. Writes to standard error, and only when that is a terminal.
  ProgressLine(const Progress& progress, Show show);
  ~ProgressLine();

  /// Prints a line to standard error.
  void print(std::string_view line);

 private:
  void run();
  void draw();

  const Progress& progress_;
  const bool shown_;
  const std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
  Mutex mutex_;
  CondVar stop_changed_;
  bool stop_ ZVFS_GUARDED_BY(mutex_) = false;
  std::thread thread_;
};

/// The progress after `elapsed` seconds in `width` columns:
/// "[=====>     ]  45%  592M of 1.3G  121M/s  0:06 left".
std::string progress_text(const Progress& progress, double elapsed, std::size_t width);

}  // namespace zvfs
