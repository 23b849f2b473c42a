#pragma once

#include <atomic>
#include <cstdint>

namespace zvfs {

/// How far a build has come, for people to watch. Thread-safe: counters that only grow.
struct Progress {
  /// What a file costs beside its data, in bytes of data; so that empty files move the bar too.
  static constexpr std::uint64_t kWorkPerFile = 1024;

  std::atomic<std::uint64_t> files_found = 0;
  std::atomic<std::uint64_t> work_total =
      0;  ///< Bytes to read and files × kWorkPerFile; 0 until known.
  std::atomic<std::uint64_t> work_done = 0;
  std::atomic<std::uint64_t> bytes_read = 0;
  std::atomic<std::uint64_t> bytes_written = 0;
};

}  // namespace zvfs
