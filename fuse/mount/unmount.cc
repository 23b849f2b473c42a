#include "fuse/mount/unmount.h"

#include <array>
#include <cerrno>
#include <spawn.h>
#include <sys/mount.h>
#include <sys/statfs.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fuse/mount/mount_table.h"

namespace zvfs {
namespace {

// What ordinary users have the right to do, a set-user-ID program does for them.
void run_fusermount(const char* mount_point) {
  const char* const words[] = {"fusermount3", "-u", "-q", "-z", "--", mount_point};
  // posix_spawn(3) only reads them.
  std::array<char*, std::size(words) + 1> arguments = {};
  for (std::size_t i = 0; i < std::size(words); ++i) arguments[i] = const_cast<char*>(words[i]);
  pid_t child = 0;
  if (::posix_spawnp(&child, words[0], nullptr, nullptr, arguments.data(), environ) != 0) return;
  while (::waitpid(child, nullptr, 0) < 0 && errno == EINTR) {
  }
}

// Where a device is unknown, it is taken for ours. Others rarely cover ours, and a mount that
// nobody serves is in everybody's way.
bool is_topmost(const MountPlace& place) {
  const std::optional<dev_t> found = device_at(place.mount_point);
  return !place.device || !found || found == place.device;
}

}  // namespace

void unmount_lazily(const MountPlace& place) {
  if (!is_topmost(place)) return;
  // Where a user namespace gives the right to unmount, it may not give that to force.
  for (const int flags : {int{MNT_DETACH} | MNT_FORCE, int{MNT_DETACH}}) {
    if (::umount2(place.mount_point.c_str(), flags | UMOUNT_NOFOLLOW) == 0) return;
  }
  run_fusermount(place.mount_point.c_str());
}

void unmount_dead(const MountPlace& place) {
  struct statfs unused = {};
  if (!is_topmost(place) || ::statfs(place.mount_point.c_str(), &unused) == 0) return;
  if (errno == ENOTCONN) unmount_lazily(place);
}

}  // namespace zvfs
