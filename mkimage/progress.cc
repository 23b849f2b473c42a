#include "mkimage/progress.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/progress_line.h"
#include "base/units.h"

namespace zvfs {

std::string progress_text(const Progress& progress, double elapsed, std::size_t width) {
  const std::uint64_t total = progress.work_total;
  if (total == 0) return fmt::format("{} files found", progress.files_found.load());
  const double done = static_cast<double>(progress.work_done) / static_cast<double>(total);
  const auto speed = static_cast<double>(progress.bytes_read) / std::max(elapsed, 0.001);
  return progress_bar(done,
                      fmt::format("{} read, {} written  {}/s", human_size(progress.bytes_read),
                                  human_size(progress.bytes_written),
                                  human_size(static_cast<std::uint64_t>(speed))),
                      elapsed, width);
}

}  // namespace zvfs
