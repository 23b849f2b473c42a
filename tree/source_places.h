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
  /// By inode number less 1: where in it the stored data of that file begins.
  std::vector<std::uint64_t> begins;
};

/// Where on disk the entries of a scanned tree lie, as far as that does not follow from the tree:
/// by their names from the directory above. Paths are relative to the working directory. Threads
/// may share what none changes.
struct SourcePlaces {
  std::map<InodeNumber, std::string> directories;  ///< By directory: its path.
  /// By dentry of what is no directory: the path of the directory that it lies in, where that is
  /// not the place of its directory in the tree.
  std::map<std::uint32_t, std::string> parents;
  /// By regular file: its path, when it is not one of the source's.
  std::map<InodeNumber, std::string> files;
  std::optional<ArchivedData> archive;  ///< Of a tree that was an archive; then nothing else holds.
};

}  // namespace zvfs
