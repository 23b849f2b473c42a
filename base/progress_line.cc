#include "base/progress_line.h"

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <exception>
#include <new>
#include <sys/ioctl.h>
#include <unistd.h>
#include <utility>

#include <fmt/core.h>

#include "base/parallel.h"

namespace zvfs {
namespace {

constexpr std::string_view kClearLine = "\r\033[K";
constexpr std::chrono::milliseconds kTerminalInterval(200);

std::size_t terminal_width() {
  winsize size = {};
  if (::ioctl(STDERR_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) return 80;
  return size.ws_col;
}

// A single fwrite(), so that lines of several threads do not mix.
void write_stderr(std::string_view text) { std::fwrite(text.data(), 1, text.size(), stderr); }

std::string duration_text(double seconds) {
  const auto whole = static_cast<std::uint64_t>(seconds);
  if (whole < 3600) return fmt::format("{}:{:02}", whole / 60, whole % 60);
  return fmt::format("{}:{:02}:{:02}", whole / 3600, whole / 60 % 60, whole % 60);
}

}  // namespace

std::string progress_bar(double done, std::string_view text, double elapsed, std::size_t width) {
  done = std::clamp(done, 0.0, 1.0);
  const bool plain = width == ProgressLine::kPlain;
  std::string line = fmt::format("{:{}.0f}%  {}", done * 100, plain ? 0 : 3, text);
  if (done > 0.01) line += fmt::format("  {} left", duration_text(elapsed / done * (1 - done)));
  if (plain) return line;

  constexpr std::size_t kBrackets = 4;
  constexpr std::size_t kLongestBar = 30;
  if (width < line.size() + kBrackets + 5) return line.substr(0, width);
  const std::size_t bar = std::min(width - line.size() - kBrackets, kLongestBar);
  const auto filled = static_cast<std::size_t>(done * static_cast<double>(bar));
  return fmt::format("[{:<{}}] {}", std::string(filled, '='), bar, line);
}

ProgressLine::ProgressLine(Text text, Show show, std::chrono::milliseconds plain_interval)
    : text_(std::move(text)),
      on_terminal_(show == Show::kProgress && ::isatty(STDERR_FILENO) == 1),
      interval_(on_terminal_ ? kTerminalInterval : plain_interval) {
  if (show != Show::kProgress) return;
  try {
    thread_ = start_thread([this] { run(); });
  } catch (const std::exception&) {
    // The work goes on unseen.
  }
}

ProgressLine::~ProgressLine() {
  if (!thread_.joinable()) return;
  {
    const MutexLock lock(mutex_);
    stop_ = true;
  }
  stop_changed_.notify_all();
  thread_.join();
  clear();
}

void ProgressLine::print(std::string_view line) {
  write_stderr(fmt::format("{}{}\n", on_terminal_ ? kClearLine : "", line));
}

void ProgressLine::clear() {
  if (on_terminal_) write_stderr(kClearLine);
}

void ProgressLine::run() {
  while (true) {
    {
      const MutexLock lock(mutex_);
      if (!stop_) stop_changed_.wait_for(mutex_, interval_);
      if (stop_) return;
    }
    try {
      draw();
    } catch (const std::bad_alloc&) {
      // Perhaps next time.
    }
  }
}

void ProgressLine::draw() {
  const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - start_;
  if (on_terminal_) {
    write_stderr(fmt::format("{}{}", kClearLine, text_(elapsed.count(), terminal_width() - 1)));
  } else {
    write_stderr(text_(elapsed.count(), kPlain) + '\n');
  }
}

}  // namespace zvfs
