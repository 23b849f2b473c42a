#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace zvfs {

/// A line of /proc/self/mountinfo (proc(5)).
struct MountEntry {
  std::string device;  ///< "major:minor"; each mounted filesystem has its own.
  std::string mount_point;
  std::string type;  ///< With the subtype: "fuse.zvfs".
  std::string source;
};

/// Parses one line; returns nothing if it is malformed.
std::optional<MountEntry> parse_mount_entry(std::string_view line);

/// The topmost mount at `mount_point`, an absolute path without symbolic links. Nothing if there is
/// none. Errors: Io (/proc cannot be read). Throws std::bad_alloc.
Result<std::optional<MountEntry>> topmost_mount(std::string_view mount_point);

}  // namespace zvfs
