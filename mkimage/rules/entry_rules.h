#pragma once

#include <cstdint>

#include "mkimage/rules/exclude_list.h"
#include "mkimage/rules/metadata_rules.h"
#include "mkimage/rules/path_shape.h"
#include "mkimage/rules/pseudo_list.h"
#include "mkimage/rules/xattr_filter.h"

namespace zvfs {

/// Whether the directories of other filesystems, which are mounted in a source, are read.
enum class MountPoints : std::uint8_t { kCross, kKeepEmpty };

/// What the user wants of a source's entries: which ones, and with which metadata. Says nothing
/// of where entries come from: for each, a source asks `excludes` first, by its name in the source;
/// places it by `shape`; passes its record through `metadata.rewrite()`, and its attributes through
/// `xattrs.apply()`; and at last applies `pseudo`, whose paths are those in the image. Threads may
/// share what none changes.
struct EntryRules {
  ExcludeList excludes;
  MetadataRules metadata;
  XattrFilter xattrs;
  PathShape shape;
  PseudoList pseudo;
  MountPoints mount_points = MountPoints::kCross;  ///< Of sources that are directories.

  /// Whether every entry is kept as it is; then so is the stream of a source that is a tar.
  [[nodiscard]] bool empty() const {
    return excludes.empty() && metadata.empty() && xattrs.empty() && keeps_tree();
  }

  /// Whether there are the entries of the source, each under its own name, and no others.
  [[nodiscard]] bool keeps_tree() const { return shape.empty() && pseudo.empty(); }

  /// The record of a directory that no source has, for those in it to lie in. `time` is that of the
  /// source's first entry.
  [[nodiscard]] InodeRecord made_up_directory(Timestamp time) const {
    InodeRecord record;
    record.mode = mode_of(FileType::kDirectory, 0755);
    record.set_mtime(made_up_time(time));
    metadata.rewrite(record);
    return record;
  }

  /// The time of what no source has and no definition dates: the time that all entries get, if
  /// there is one, or `time`, that of the source's first entry.
  [[nodiscard]] Timestamp made_up_time(Timestamp time) const {
    return metadata.mtime.value_or(time);
  }
};

}  // namespace zvfs
