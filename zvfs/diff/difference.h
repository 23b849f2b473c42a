#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "format/records.h"

namespace zvfs {

/// What two trees differ in at one path. What it names is borrowed for the call that hands it out.
struct Difference {
  enum class Change : std::uint8_t {
    kDeleted,   ///< Only in the old tree, or of another type in the new one.
    kAdded,     ///< Only in the new tree.
    kChanged,   ///< In both, and of one type.
    kLinked,    ///< As kChanged, and now another name of the file `link_target`.
    kUnlinked,  ///< As kChanged, and no longer another name of the file `link_target`.
  };

  std::string_view path;  ///< From the root; empty for the root.
  Change change = Change::kChanged;
  InodeRecord inode;             ///< In the new tree; of kDeleted, in the old one.
  bool is_linked = false;        ///< In the new tree a further name of a file with a name before.
  std::string link_target = {};  ///< What a symlink points to; a path, of an added or new link.

  // What of a file that is in both trees differs.
  bool content = false;  ///< Of a regular file; a symlink's target; a device's numbers.
  bool size = false;     ///< Of a regular file.
  bool mtime = false;
  bool mode = false;
  bool owner = false;
  bool group = false;
  bool acl = false;
  bool xattrs = false;

  /// Whether anything differs that an attribute says.
  [[nodiscard]] bool has_attributes() const {
    return size || mtime || mode || owner || group || acl || xattrs;
  }
};

/// A line without its newline, as `rsync -aHAXi` writes it: ">fcst...... path".
std::string itemized(const Difference& difference);

/// A line of JSON without its newline: an object with change, path, type, itemized, and where they
/// apply differs (an array of what does) and target.
std::string json_of(const Difference& difference);

}  // namespace zvfs
