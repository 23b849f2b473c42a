#include "fuse/mount/unmount.h"

#include <array>
#include <cerrno>
#include <fcntl.h>
#include <spawn.h>
#include <sys/mount.h>
#include <sys/statfs.h>
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
  posix_spawn_file_actions_t streams;
  ::posix_spawn_file_actions_init(&streams);
  ::posix_spawn_file_actions_addopen(&streams, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  pid_t child = 0;
  const int error =
      ::posix_spawnp(&child, arguments[0], &streams, nullptr, arguments.data(), environ);
  ::posix_spawn_file_actions_destroy(&streams);
  if (error != 0) return;
  while (::waitpid(child, nullptr, 0) < 0 && errno == EINTR) {
  }
}

// Without a device it is unknown. Others rarely cover ours, and a mount that nobody serves is in
// everybody's way.
bool is_topmost(const MountPlace& place) {
  return !place.device || device_at(place.mount_point) == place.device;
}

}  // namespace

void unmount_lazily(const MountPlace& place) {
  if (!is_topmost(place)) return;
  // Where a user namespace gives the right to unmount, it may not give that to force.
  for (const int flags : {int{MNT_DETACH} | MNT_FORCE, int{MNT_DETACH}}) {
    if (::umount2(place.mount_point.c_str(), flags | UMOUNT_NOFOLLOW) == 0) return;
  }
  run_fusermount(place.mount_point);
}

void unmount_dead(const MountPlace& place) {
  struct statfs unused = {};
  if (!is_topmost(place) || ::statfs(place.mount_point.c_str(), &unused) == 0) return;
  if (errno == ENOTCONN) unmount_lazily(place);
}

}  // namespace zvfs
