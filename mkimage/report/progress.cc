#include "mkimage/report/progress.h"

#include <algorithm>

#include <fmt/core.h>

#include "base/progress_line.h"
#include "base/units.h"

namespace zvfs {

namespace {

std::string amounts_text(const Progress& progress, double elapsed) {
  const auto read = static_cast<double>(progress.bytes_read);
  const std::uint64_t written = progress.bytes_written;
  const double ratio = written == 0 ? 0 : read / static_cast<double>(written);
  const double speed = read / std::max(elapsed, 0.001);
  return fmt::format("{} read, {} written, ratio {:.2f}  {}/s", human_size(progress.bytes_read),
                     human_size(written), ratio, human_size(static_cast<std::uint64_t>(speed)));
}

std::string text_before_work(const Progress& progress, double elapsed, std::size_t width) {
  const std::uint64_t found = progress.files_found;
  const std::uint64_t total = progress.files_to_compare;
  // The size of an archive from a pipe is unknown.
  const bool is_pipe = total == 0 && progress.bytes_read > 0;
  if (is_pipe) return fmt::format("{} files, {}", found, amounts_text(progress, elapsed));
  if (progress.files_compared >= total) return fmt::format("{} files found", found);
  const double done = static_cast<double>(progress.files_compared) / static_cast<double>(total);
  return progress_bar(done, fmt::format("{} files found, looking for duplicates", found), elapsed,
                      width);
}

}  // namespace

std::string progress_text(const Progress& progress, double elapsed, std::size_t width) {
  const std::uint64_t total = progress.work_total;
  const bool searching = progress.files_compared < progress.files_to_compare;
  if (total == 0 || searching) return text_before_work(progress, elapsed, width);
  const double done = static_cast<double>(progress.work_done) / static_cast<double>(total);
  return progress_bar(done, amounts_text(progress, elapsed), elapsed, width);
}

}  // namespace zvfs
