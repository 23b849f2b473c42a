#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/unique_fd.h"
#include "format/offsets.h"

namespace zvfs {

/// A file on disk that holds the data of a tree's files.
struct ArchivedData {
  UniqueFd file;
  /// By inode number less 1: where the stored data of that file begins in it.
  std::vector<std::uint64_t> begins;
};

/// Where the entries of a scanned tree lie on disk, unless that follows from the tree: from their
/// names and the directory above. Paths are relative to the working directory. Threads may read it
/// while none changes it.
struct SourcePlaces {
  std::map<InodeNumber, std::string> directories;  ///< By directory: its path.
  /// By dentry of a file that is not a directory: the path of the directory that it lies in, if
  /// that is not the place of its directory in the tree.
  std::map<std::uint32_t, std::string> parents;
  /// By regular file: its path, if it is not a file of the source.
  std::map<InodeNumber, std::string> files;
  std::optional<ArchivedData> archive;  ///< Of a tree that was an archive; all else is empty then.
};

}  // namespace zvfs
