#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <span>

#include "base/bytes.h"
#include "base/parallel.h"
#include "base/warnings.h"
#include "mkimage/scan/file_reader.h"

namespace zvfs {

/// Reads the candidates of a search on threads: files of a tree in path order. Borrows all that it
/// names.
struct CandidateScan {
  /// Neighbours in path order that one thread reads: their directory is opened once.
  static constexpr std::size_t kRunLength = 64;

  const Tree& tree;
  int root_fd;
  Warnings& warnings;
  unsigned threads;         ///< At least 1. No more are started than have work.
  std::size_t buffer_size;  ///< In bytes.

  /// Calls `look(FileReader&, MutableByteSpan buffer, std::span<Candidate>)` for each run of
  /// candidates, in any order. Reader and buffer are the thread's own.
  template <typename Candidate, typename Look>
  void for_each_run(std::span<Candidate> candidates, const Look& look) const {
    const std::size_t runs = (candidates.size() + kRunLength - 1) / kRunLength;
    std::atomic<std::size_t> next = 0;
    const auto work = [&](unsigned) {
      FileReader reader(tree, root_fd, warnings);
      ByteVector buffer(buffer_size);
      for (std::size_t run = next++; run < runs; run = next++) {
        const auto rest = candidates.subspan(run * kRunLength);
        look(reader, MutableByteSpan(buffer), rest.first(std::min(kRunLength, rest.size())));
      }
    };
    run_on_threads(static_cast<unsigned>(std::clamp<std::size_t>(runs, 1, threads)), work);
  }
};

}  // namespace zvfs
