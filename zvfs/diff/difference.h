#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "format/records.h"

namespace zvfs {

/// How two trees differ at one path. Its views are valid for the duration of the call that passes
/// it.
struct Difference {
  enum class Change : std::uint8_t {
    kDeleted,   ///< Only in the old tree, or with another type in the new one.
    kAdded,     ///< Only in the new tree.
    kChanged,   ///< In both, with the same type.
    kLinked,    ///< As kChanged, and now a hard link to `link_target`.
    kUnlinked,  ///< As kChanged, and no longer a hard link to `link_target`.
  };

  std::string_view path;  ///< From the root; empty for the root.
  Change change = Change::kChanged;
  InodeRecord inode;             ///< In the new tree; for kDeleted, in the old one.
  bool is_linked = false;        ///< A hard link to an earlier name in the new tree.
  std::string link_target = {};  ///< A symlink's target, or another path of a hard link.

  // What differs in a file that is in both trees.
  bool content = false;  ///< Of a regular file; a symlink's target; a device's numbers.
  bool size = false;     ///< Of a regular file.
  bool mtime = false;
  bool mode = false;
  bool owner = false;
  bool group = false;
  bool acl = false;
  bool xattrs = false;

  /// True if any attribute differs.
  [[nodiscard]] bool has_attributes() const {
    return size || mtime || mode || owner || group || acl || xattrs;
  }
};

/// A line without its newline, as `rsync -aHAXi` prints it: ">fcst...... path".
std::string itemized(const Difference& difference);

/// A line of JSON without its newline: an object with change, path, type, itemized, and where they
/// apply differs (an array of names) and target.
std::string json_of(const Difference& difference);

}  // namespace zvfs
