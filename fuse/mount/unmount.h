#pragma once

#include <optional>
#include <string>
#include <sys/types.h>

namespace zvfs {

/// A mounted filesystem: where it is, and its device, which tells it from others.
struct MountPlace {
  std::string mount_point;
  std::optional<dev_t> device;  ///< None if it could not be asked for.
};

/// Takes a filesystem out of the namespace, whoever uses it. With the right to, also ends its
/// connection: requests that wait fail at once. Leaves alone what covers it or lies below it:
/// does nothing if the filesystem is not the topmost one at its place. Never waits for the daemon.
/// Takes no memory.
void unmount_lazily(const MountPlace& place);

/// The same for a filesystem whose connection has ended. It may be gone, and then another one may
/// have got its device: does nothing if what is there is alive.
void unmount_dead(const MountPlace& place);

}  // namespace zvfs
