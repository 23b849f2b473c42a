#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <sys/types.h>

namespace zvfs {

/// A mounted filesystem: where it is, and what tells it from others.
struct MountPlace {
  std::string mount_point;
  std::optional<dev_t> device = {};  ///< None if it could not be asked for.
  std::uint64_t unique_id = 0;       ///< Never used again, from Linux 6.8 on; 0 if there is none.
};

/// What is mounted at `mount_point` now.
MountPlace place_of_mount(std::string mount_point);

/// Takes a filesystem out of the namespace, whoever uses it. With the right to, also ends its
/// connection: requests that wait fail at once. Leaves alone what covers it or lies below it:
/// does nothing if the filesystem is not the topmost one at its place. Never waits for the daemon.
/// Takes no memory.
void unmount_lazily(const MountPlace& place);

/// The same for a filesystem whose connection has ended. It may be gone, and then another one may
/// have got its device: does nothing if what is there is alive. From Linux 6.8 on, does not even
/// touch it: it would be busy for a moment, so that umount(8) would fail.
void unmount_dead(const MountPlace& place);

}  // namespace zvfs
