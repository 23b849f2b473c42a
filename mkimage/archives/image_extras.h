#pragma once

#include <map>
#include <string>
#include <vector>

#include "base/result.h"
#include "format/image.h"
#include "tar/index_extras.h"
#include "tar/tar_entry.h"

namespace zvfs {

/// What an image has in its index, but not in its tar stream: sockets, and extended attributes too
/// large for a tar header. Paths are plain. A plain value.
struct ImageExtras {
  std::vector<TarEntry> sockets;
  std::map<std::string, IndexExtras::SharedXattrs> xattrs;  ///< All attributes, by path.

  /// Finds them. Reads the whole tree if there are any, and next to nothing otherwise.
  /// Errors: Corrupt, Io; TooLarge (more than some 100 MiB, which no real image has).
  static Result<ImageExtras> read(const Image& image);
};

}  // namespace zvfs
