#include "fuse/mount/unmount.h"

#include <array>
#include <cerrno>
#include <fcntl.h>
#include <spawn.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include <utility>

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

// What the headers of Debian 12 lack: statx(2) and statmount(2) of Linux 6.8.
constexpr unsigned kUniqueMountId = 0x4000;
constexpr long kStatmount = 457;
constexpr std::uint64_t kBasicFields = 1;
struct StatmountRequest {
  std::uint32_t size = sizeof(StatmountRequest);
  std::uint32_t spare = 0;
  std::uint64_t mount_id = 0;
  std::uint64_t fields = kBasicFields;
};

// Whether the mount is known to be gone from the namespace. Asks without touching what is there.
bool is_gone(const MountPlace& place) {
  if (place.unique_id == 0) return false;
  const StatmountRequest request = {.mount_id = place.unique_id};
  std::array<std::uint64_t, 128> unused;
  return ::syscall(kStatmount, &request, unused.data(), sizeof unused, 0) != 0 && errno == ENOENT;
}

}  // namespace

MountPlace place_of_mount(std::string mount_point) {
  MountPlace place = {.mount_point = std::move(mount_point)};
  place.device = device_at(place.mount_point);
  struct statx status = {};
  constexpr int kFlags = AT_STATX_DONT_SYNC | AT_NO_AUTOMOUNT | AT_SYMLINK_NOFOLLOW;
  if (::statx(AT_FDCWD, place.mount_point.c_str(), kFlags, kUniqueMountId, &status) == 0 &&
      (status.stx_mask & kUniqueMountId) != 0) {
    place.unique_id = status.stx_mnt_id;
  }
  return place;
}

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
  if (is_gone(place)) return;
  if (!is_topmost(place) || ::statfs(place.mount_point.c_str(), &unused) == 0) return;
  if (errno == ENOTCONN) unmount_lazily(place);
}

}  // namespace zvfs
