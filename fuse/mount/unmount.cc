#include "fuse/mount/unmount.h"

#include <array>
#include <cerrno>
#include <spawn.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fuse/mount/mount_table.h"

namespace zvfs {
namespace {

// What ordinary users have the right to do, a set-user-ID program does for them.
void run_fusermount(const std::string& mount_point) {
  std::string words[] = {"fusermount3", "-u", "-q", "-z", "--", mount_point};
  std::array<char*, std::size(words) + 1> arguments = {};
  for (std::size_t i = 0; i < std::size(words); ++i) arguments[i] = words[i].data();
  pid_t child = 0;
  if (::posix_spawnp(&child, arguments[0], nullptr, nullptr, arguments.data(), environ) != 0) {
    return;
  }
  while (::waitpid(child, nullptr, 0) < 0 && errno == EINTR) {
  }
}

}  // namespace

void unmount_lazily(const MountPlace& place) {
  const auto topmost = topmost_mount(place.mount_point);
  if (!topmost || topmost->device != place.device) return;
  // Where a user namespace gives the right to unmount, it may not give that to force.
  for (const int flags : {int{MNT_DETACH} | MNT_FORCE, int{MNT_DETACH}}) {
    if (::umount2(place.mount_point.c_str(), flags | UMOUNT_NOFOLLOW) == 0) return;
  }
  run_fusermount(place.mount_point);
}

}  // namespace zvfs
