#pragma once

#include <cstddef>
#include <cstdint>
#include <sys/stat.h>
#include <vector>

namespace zvfs {

/// The pages of a run of a file that were not in the page cache before the run was read. They are
/// dropped afterwards, so that large files that are read once do not displace what others use, and
/// pages that others use stay. If the kernel does not say which pages are cached, none counts as
/// missing. Not thread-safe; several threads may each look at runs of one file.
class MissingPages {
 public:
  /// Whether the kernel is sure to say which pages of that file are cached: it tells root and the
  /// file's owner.
  static bool are_known_of(const struct stat& file);

  /// Makes reads of the open file bring in only what they ask for. The next find() would not count
  /// pages that were read ahead as missing.
  static void stop_readahead(int fd);

  /// Looks at `length` bytes from `offset` on. Forgets the run before.
  void find(int fd, std::uint64_t offset, std::size_t length);

  /// Drops the pages that were missing, unless they were changed meanwhile.
  void drop(int fd) const;

 private:
  std::uint64_t begin_ = 0;           // of the run's first page
  std::vector<unsigned char> pages_;  // of the run: whether each is cached, as from mincore(2)
};

}  // namespace zvfs
