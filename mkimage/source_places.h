#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "format/offsets.h"

namespace zvfs {

/// Where on disk the entries of a scanned tree lie, as far as that does not follow from the tree:
/// by their names from the directory above. Paths are relative to the working directory. A plain
/// value; threads may share what none changes.
struct SourcePlaces {
  std::map<InodeNumber, std::string> directories;  ///< By directory: its path.
  /// By dentry of what is no directory: the path of the directory that it lies in, where that is
  /// not the place of its directory in the tree.
  std::map<std::uint32_t, std::string> parents;
  /// By regular file: its path, when it is not one of the source's.
  std::map<InodeNumber, std::string> files;
};

}  // namespace zvfs
