#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string>

namespace zvfs {

/// How far a build has come, for display. Thread-safe: counters that only grow.
struct Progress {
  /// The cost of a file apart from its data, in bytes of data; so empty files move the bar, too.
  static constexpr std::uint64_t kWorkPerFile = 1024;

  std::atomic<std::uint64_t> files_found = 0;
  std::atomic<std::uint64_t> files_to_compare = 0;  ///< Possible duplicates; 0 until known.
  std::atomic<std::uint64_t> files_compared = 0;
  std::atomic<std::uint64_t> work_total =
      0;  ///< Bytes to read and files × kWorkPerFile; 0 until known.
  std::atomic<std::uint64_t> work_done = 0;
  std::atomic<std::uint64_t> bytes_read = 0;
  std::atomic<std::uint64_t> bytes_written = 0;
};

/// The progress after `elapsed` seconds in `width` columns, for a ProgressLine:
/// "[=====     ]  45%  592M read, 80M written, ratio 7.40  121M/s  0:06 left". Before that, the
/// number of files found, and how far the search for duplicates has come. For ProgressLine::kPlain,
/// the same without the bar.
std::string progress_text(const Progress& progress, double elapsed, std::size_t width);

}  // namespace zvfs
