#pragma once

#include <cstdint>
#include <limits>
#include <string>
#include <string_view>

#include "base/result.h"
#include "format/image.h"

namespace zvfs {

/// A name that was found in the index.
struct FoundDentry {
  static constexpr std::uint64_t kRoot = std::numeric_limits<std::uint64_t>::max();

  std::uint64_t row = kRoot;  ///< In the dentries; kRoot for the root, which has none.
  InodeNumber inode = kRootInode;
};

/// Finds members of a tar archive by their paths. Remembers the last directory, since the next
/// member usually lies in it. Not thread-safe. Borrows the image.
class DentryFinder {
 public:
  explicit DentryFinder(const Image& image)
      : image_(image), dentries_(image.raw().index()), names_(image.raw().index()) {}

  /// Slashes may lead, trail or repeat, and "." is ignored.
  /// Errors: NotFound; Corrupt, Io.
  Result<FoundDentry> find(std::string_view path);

 private:
  Result<FoundDentry> find_in(InodeNumber directory, std::string_view name);
  Result<InodeNumber> find_directory(std::string_view path);

  const Image& image_;
  IndexReader::Cursor dentries_;
  IndexReader::Cursor names_;
  std::string directory_path_;
  InodeNumber directory_ = kRootInode;
};

}  // namespace zvfs
