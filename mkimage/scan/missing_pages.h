#pragma once

#include <cstddef>
#include <cstdint>
#include <sys/stat.h>
#include <vector>

namespace zvfs {

/// The pages of a run of a file that the page cache lacks before the run is read, to be dropped
/// again after that: so large files that are read once do not push out what others use, and what
/// others use stays. Where the kernel does not tell, no page counts as missing. Not thread-safe;
/// several threads may each look at runs of one file.
class MissingPages {
 public:
  /// Whether the kernel tells which pages of that file there are: only root and its owner, for
  /// sure.
  static bool are_known_of(const struct stat& file);

  /// Lets reads of the open file bring in what they ask for and nothing beyond, which another
  /// find() would not count as missing.
  static void stop_readahead(int fd);

  /// Looks at `length` bytes from `offset` on. Forgets the run before.
  void find(int fd, std::uint64_t offset, std::size_t length);

  /// Drops the pages that were missing, unless they were changed meanwhile.
  void drop(int fd) const;

 private:
  std::uint64_t begin_ = 0;           // of the run's first page
  std::vector<unsigned char> pages_;  // of the run: whether each is there, as mincore(2) has it
};

}  // namespace zvfs
