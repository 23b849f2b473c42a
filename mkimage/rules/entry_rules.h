#pragma once

#include <cstdint>

#include "mkimage/rules/exclude_list.h"
#include "mkimage/rules/metadata_rules.h"
#include "mkimage/rules/path_shape.h"
#include "mkimage/rules/pseudo_list.h"
#include "mkimage/rules/xattr_filter.h"

namespace zvfs {

/// Whether to read other filesystems that are mounted in a source.
enum class MountPoints : std::uint8_t { kCross, kKeepEmpty };

/// What the user wants of a source's entries: which ones, and with which metadata. Independent of
/// where entries come from. For each entry, a source asks `excludes` first, by its path in the
/// source; places it by `shape`; passes its record through `metadata.rewrite()` and its attributes
/// through `xattrs.apply()`; and finally applies `pseudo`, whose paths are those in the image.
/// Threads may share an object that none changes.
struct EntryRules {
  ExcludeList excludes;
  MetadataRules metadata;
  XattrFilter xattrs;
  PathShape shape;
  PseudoList pseudo;
  MountPoints mount_points = MountPoints::kCross;  ///< For sources that are directories.

  /// Whether every entry stays as it is; then a tar also stays byte for byte.
  [[nodiscard]] bool empty() const {
    return excludes.empty() && metadata.empty() && xattrs.empty() && keeps_tree();
  }

  /// Whether entries keep their paths, and none are added.
  [[nodiscard]] bool keeps_tree() const { return shape.empty() && pseudo.empty(); }

  /// The record of a parent directory that the source lacks. `time` is that of the source's first
  /// entry.
  [[nodiscard]] InodeRecord made_up_directory(Timestamp time) const {
    InodeRecord record;
    record.mode = mode_of(FileType::kDirectory, 0755);
    record.set_mtime(made_up_time(time));
    metadata.rewrite(record);
    return record;
  }

  /// The time of an entry that the source lacks and no definition dates: the time that all entries
  /// get, if there is one, or `time`, that of the source's first entry.
  [[nodiscard]] Timestamp made_up_time(Timestamp time) const {
    return metadata.mtime.value_or(time);
  }
};

}  // namespace zvfs
