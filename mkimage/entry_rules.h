#pragma once

#include <cstdint>

#include "mkimage/exclude_list.h"
#include "mkimage/metadata_rules.h"
#include "mkimage/xattr_filter.h"

namespace zvfs {

/// Whether the directories of other filesystems, which are mounted in a source, are read.
enum class MountPoints : std::uint8_t { kCross, kKeepEmpty };

/// What the user wants of a source's entries: which ones, and with which metadata. Says nothing
/// of where entries come from: for each, a source asks `excludes` first, passes its record through
/// `metadata.rewrite()`, and its attributes through `xattrs.apply()`. Threads may share what none
/// changes.
struct EntryRules {
  ExcludeList excludes;
  MetadataRules metadata;
  XattrFilter xattrs;
  MountPoints mount_points = MountPoints::kCross;  ///< Of sources that are directories.

  /// Whether every entry is kept as it is; then so is the stream of a source that is a tar.
  [[nodiscard]] bool empty() const {
    return excludes.empty() && metadata.empty() && xattrs.empty();
  }
};

}  // namespace zvfs
