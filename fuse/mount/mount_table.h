#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace zvfs {

/// A line of /proc/self/mountinfo (proc(5)).
struct MountEntry {
  std::string device;  ///< "major:minor"; each mounted filesystem has its own.
  std::string mount_point;
  std::string type;  ///< With the subtype: "fuse.zvfs".
  std::string source;
};

/// Parses one line; nothing if it is not one.
std::optional<MountEntry> parse_mount_entry(std::string_view line);

/// The mount that is on top at `mount_point`, an absolute path without symbolic links. Nothing
/// when there is none, or /proc cannot tell.
std::optional<MountEntry> topmost_mount(std::string_view mount_point);

}  // namespace zvfs
