#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <sys/types.h>

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

/// The device of the filesystem whose root or file is at `path`; nothing if there is none. Asks the
/// filesystem nothing, so that one may ask for its own, and needs no /proc, which a chroot may
/// lack.
std::optional<dev_t> device_at(const std::string& path);

}  // namespace zvfs
