#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "base/warnings.h"
#include "mkimage/order/duplicates.h"
#include "mkimage/report/progress.h"
#include "mkimage/scan/file_reader.h"

namespace zvfs {

/// Finds the files of a tree that have equal content, by their sizes, then by XXH64 of their first
/// bytes, then of all, which may take different files for equal: once in 2^32 files or so. Only
/// files that share their size with another are opened, and only those that begin alike are read
/// whole. Sparse and empty files are left out, and those that cannot be read. What it finds does
/// not depend on the number of threads. Use once.
class DuplicateFinder {
 public:
  struct Setup {
    const Tree& tree;  ///< Finished.
    int root_fd;
    Warnings& warnings;
    Progress& progress;
    unsigned threads;        ///< At least 1.
    std::uint64_t max_size;  ///< Larger files are left out.
  };

  /// Borrows all that `setup` names.
  explicit DuplicateFinder(const Setup& setup) : setup_(setup) {}

  Duplicates find();

 private:
  struct Candidate {
    std::uint64_t size;
    std::uint64_t hash;  // 0 until there is one
    Link link;
  };

  // How much of the files is hashed.
  enum class Extent : std::uint8_t { kHead, kWhole };

  void collect();
  void keep_equal();
  void hash_all(Extent extent);
  [[nodiscard]] unsigned readers() const;
  void hash_run(FileReader& reader, MutableByteSpan buffer, std::span<Candidate* const> run,
                Extent extent);
  Duplicates group();

  const Setup setup_;
  std::vector<Candidate> candidates_;  // in path order
};

}  // namespace zvfs
