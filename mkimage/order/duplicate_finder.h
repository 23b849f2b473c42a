#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "base/warnings.h"
#include "mkimage/order/duplicates.h"
#include "mkimage/report/progress.h"
#include "mkimage/scan/file_reader.h"

namespace zvfs {

/// Finds files of equal content in a tree: by size, then by XXH64 of their first bytes, then by
/// XXH64 of the whole. Different files may count as equal, once in 2^32 files or so. Opens only
/// files that share their size with another, and reads only those whole that begin alike. Leaves
/// out files that are sparse, empty or unreadable. The result does not depend on the number of
/// threads. Use once.
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

  // How much of the files to hash.
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
