#include "zvfs/extract/node_maker.h"

#include <cerrno>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace zvfs {
namespace {

// Calls `make`, which returns as a system call does. If the name is taken, makes room and calls it
// again.
template <typename Make>
Result<int> make_new(const NodePlace& place, const Make& make) {
  int made = make();
  if (made < 0 && errno == EEXIST) {
    if (place.existing == ExtractOptions::Existing::kKeep) return fail_existing();
    ZVFS_TRY(remove_node(place.directory_fd, place.name));
    made = make();
  }
  if (made < 0 && errno == EPERM) return fail(ErrorCode::kUnsupported, "only root can create it");
  if (made < 0) return fail_errno(errno, "cannot create it");
  return made;
}

}  // namespace

Unexpected fail_existing() {
  return fail(ErrorCode::kInvalidArgument, "already exists; use -f to replace it");
}

Result<void> remove_node(int directory_fd, const std::string& name) {
  if (::unlinkat(directory_fd, name.c_str(), 0) == 0) return {};
  if (errno == EISDIR && ::unlinkat(directory_fd, name.c_str(), AT_REMOVEDIR) == 0) return {};
  return fail_errno(errno, "cannot remove the existing file");
}

Result<UniqueFd> make_file(const NodePlace& place, mode_t mode) {
  constexpr int kFlags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC;
  return UniqueFd(ZVFS_TRY(make_new(
      place, [&] { return ::openat(place.directory_fd, place.name.c_str(), kFlags, mode); })));
}

Result<void> make_symlink(const NodePlace& place, const std::string& target) {
  ZVFS_TRY(make_new(
      place, [&] { return ::symlinkat(target.c_str(), place.directory_fd, place.name.c_str()); }));
  return {};
}

Result<void> make_special(const NodePlace& place, mode_t mode, dev_t device) {
  ZVFS_TRY(make_new(
      place, [&] { return ::mknodat(place.directory_fd, place.name.c_str(), mode, device); }));
  return {};
}

Result<void> make_link(const NodePlace& place, int directory_fd, const std::string& name) {
  ZVFS_TRY(make_new(place, [&] {
    return ::linkat(directory_fd, name.c_str(), place.directory_fd, place.name.c_str(), 0);
  }));
  return {};
}

}  // namespace zvfs
