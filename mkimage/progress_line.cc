#include "mkimage/progress_line.h"

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <sys/ioctl.h>
#include <unistd.h>

#include <fmt/format.h>

#include "base/units.h"

namespace zvfs {
namespace {

constexpr std::string_view kClearLine = "\r\033[K";

std::size_t terminal_width() {
  winsize size = {};
  if (::ioctl(STDERR_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) return 80;
  return size.ws_col;
}

// One call of fwrite(), so that lines of several threads do not mix.
void write_stderr(std::string_view text) { std::fwrite(text.data(), 1, text.size(), stderr); }

std::string duration_text(double seconds) {
  const auto whole = static_cast<std::uint64_t>(seconds);
  if (whole < 3600) return fmt::format("{}:{:02}", whole / 60, whole % 60);
  return fmt::format("{}:{:02}:{:02}", whole / 3600, whole / 60 % 60, whole % 60);
}

}  // namespace

std::string progress_text(const Progress& progress, double elapsed, std::size_t width) {
  const std::uint64_t total = progress.work_total;
  if (total == 0) return fmt::format("{} files found", progress.files_found.load());
  const double done =
      std::min(1.0, static_cast<double>(progress.work_done) / static_cast<double>(total));
  const auto speed = static_cast<double>(progress.bytes_read) / std::max(elapsed, 0.001);
  std::string text = fmt::format(
      "{:3.0f}%  {} read, {} written  {}/s", done * 100, human_size(progress.bytes_read),
      human_size(progress.bytes_written), human_size(static_cast<std::uint64_t>(speed)));
  if (done > 0.01) text += fmt::format("  {} left", duration_text(elapsed / done * (1 - done)));

  constexpr std::size_t kBrackets = 4;
  constexpr std::size_t kLongestBar = 30;
  if (width < text.size() + kBrackets + 5) return text.substr(0, width);
  const std::size_t bar = std::min(width - text.size() - kBrackets, kLongestBar);
  const auto filled = static_cast<std::size_t>(done * static_cast<double>(bar));
  return fmt::format("[{:<{}}] {}", std::string(filled, '='), bar, text);
}

ProgressLine::ProgressLine(const Progress& progress, Show show)
    : progress_(progress), shown_(show == Show::kOnTerminal && ::isatty(STDERR_FILENO) == 1) {
  if (shown_) thread_ = std::thread([this] { run(); });
}

ProgressLine::~ProgressLine() {
  if (!shown_) return;
  {
    const MutexLock lock(mutex_);
    stop_ = true;
  }
  stop_changed_.notify_all();
  thread_.join();
  write_stderr(kClearLine);
}

void ProgressLine::print(std::string_view line) {
  write_stderr(fmt::format("{}{}\n", shown_ ? kClearLine : "", line));
}

void ProgressLine::run() {
  constexpr std::chrono::milliseconds kInterval(200);
  while (true) {
    {
      const MutexLock lock(mutex_);
      if (!stop_) stop_changed_.wait_for(mutex_, kInterval);
      if (stop_) return;
    }
    draw();
  }
}

void ProgressLine::draw() {
  const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - start_;
  write_stderr(fmt::format("{}{}", kClearLine,
                           progress_text(progress_, elapsed.count(), terminal_width() - 1)));
}

}  // namespace zvfs
