#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <thread>

#include "base/mutex.h"

namespace zvfs {

/// Shows the progress of a tool on standard error while this lives: in the last line of a terminal,
/// several times a second; elsewhere, as in a build log, in a separate line now and then. Messages
/// for people go through print(), so that they do not run into it. Thread-safe.
class ProgressLine {
 public:
  enum class Show : bool { kNever, kProgress };

  /// The width without a terminal: the text may be of any length.
  static constexpr std::size_t kPlain = 0;

  /// The text to show, after `elapsed` seconds, in at most `width` columns, or kPlain.
  using Text = std::function<std::string(double elapsed, std::size_t width)>;

  /// A separate thread calls `text`: without a terminal, once in `plain_interval`.
  ProgressLine(Text text, Show show,
               std::chrono::milliseconds plain_interval = std::chrono::seconds(30));
  ~ProgressLine();

  /// Prints a line to standard error.
  void print(std::string_view line);

  /// Removes the line until it is drawn again, so that something else can be printed there.
  void clear();

 private:
  void run();
  void draw();

  const Text text_;
  const bool on_terminal_;
  const std::chrono::milliseconds interval_;
  const std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
  Mutex mutex_;
  CondVar stop_changed_;
  bool stop_ ZVFS_GUARDED_BY(mutex_) = false;
  std::thread thread_;
};

/// The share `done` (0 to 1) and `text` in `width` columns: "[=====>     ] 45%  TEXT  0:06 left";
/// without the bar for ProgressLine::kPlain.
std::string progress_bar(double done, std::string_view text, double elapsed, std::size_t width);

}  // namespace zvfs
