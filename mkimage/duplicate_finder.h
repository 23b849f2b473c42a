#pragma once

#include <cstdint>
#include <vector>

#include "base/mutex.h"
#include "mkimage/duplicates.h"
#include "mkimage/file_reader.h"
#include "mkimage/troubles.h"

namespace zvfs {

/// Finds the files of a tree that have equal content, by their sizes and then by XXH64, which may
/// take different files for equal: once in 2^32 files or so. Only files that share their size with
/// another are read. Sparse and empty files are left out. What it finds does not depend on the
/// number of threads. Use once.
class DuplicateFinder {
 public:
  struct Setup {
    const Tree& tree;  ///< Finished.
    int root_fd;
    Troubles& troubles;
    unsigned threads;        ///< At least 1.
    std::uint64_t max_size;  ///< Larger files are left out.
  };

  /// Borrows all that `setup` names.
  explicit DuplicateFinder(const Setup& setup) : setup_(setup) {}

  Duplicates find();

 private:
  struct Candidate {
    std::uint64_t size;
    std::uint64_t hash;
    Link link;
  };

  void collect();
  void keep_equal_sizes();
  void hash_all();
  void hash_some();
  bool next_run(std::size_t& begin, std::size_t& end) ZVFS_EXCLUDES(mutex_);
  Duplicates group();

  const Setup setup_;
  std::vector<Candidate> candidates_;  // in path order
  Mutex mutex_;
  std::size_t next_ ZVFS_GUARDED_BY(mutex_) = 0;  // candidate to hash
};

}  // namespace zvfs
