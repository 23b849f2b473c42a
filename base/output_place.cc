#include "base/output_place.h"

#include <cerrno>
#include <cstdlib>
#include <ctime>
#include <fcntl.h>
#include <memory>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

namespace zvfs {
namespace {

bool is_symlink(const std::string& path) {
  struct stat status {};
  return ::lstat(path.c_str(), &status) == 0 && S_ISLNK(status.st_mode);
}

bool is_open_as(int fd, const struct stat& file) {
  struct stat open {};
  return ::fstat(fd, &open) == 0 && open.st_dev == file.st_dev && open.st_ino == file.st_ino;
}

Result<OutputPlace> stream_of(UniqueFd fd) {
  if (!fd.is_open()) return fail_errno(errno, "cannot open it for writing");
  return OutputPlace{std::move(fd), {}};
}

// Waits a second for udev, which holds a shared lock for a moment when a device has changed.
bool has_locked(int fd) {
  constexpr timespec kPause{.tv_sec = 0, .tv_nsec = 20'000'000};
  constexpr int kAttempts = 50;
  for (int attempt = 0; attempt < kAttempts; ++attempt) {
    if (::flock(fd, LOCK_EX | LOCK_NB) == 0) return true;
    if (errno != EWOULDBLOCK) return true;  // there are no locks here
    ::nanosleep(&kPause, nullptr);
  }
  return false;
}

// O_EXCL fails with EBUSY while the kernel (a mount, swap, another device made of it) or another
// such program uses the device; the lock fails while an image on it is mounted or read.
Result<OutputPlace> open_device(const std::string& path, IfExists if_exists) {
  if (if_exists == IfExists::kFail) {
    return fail(ErrorCode::kInvalidArgument, "is a block device; use --force to write over it");
  }
  UniqueFd fd(::open(path.c_str(), O_RDWR | O_EXCL | O_CLOEXEC));
  if (!fd.is_open() && errno == EBUSY) return fail_errno(EBUSY, "is in use");
  if (fd.is_open() && !has_locked(fd.get())) return fail_errno(EBUSY, "is in use");
  return stream_of(std::move(fd));
}

}  // namespace

Result<OutputPlace> find_output(const std::string& path, IfExists if_exists) {
  struct stat status {};
  const bool exists = ::stat(path.c_str(), &status) == 0;
  const bool is_link = is_symlink(path);
  if (exists && is_link) {
    for (const int fd : {STDOUT_FILENO, STDERR_FILENO}) {
      if (is_open_as(fd, status)) return stream_of(UniqueFd(::fcntl(fd, F_DUPFD_CLOEXEC, 0)));
    }
  }
  if (exists && S_ISBLK(status.st_mode)) return open_device(path, if_exists);
  if (exists && !S_ISREG(status.st_mode) && !S_ISDIR(status.st_mode)) {
    return stream_of(UniqueFd(::open(path.c_str(), O_WRONLY | O_CLOEXEC)));
  }
  if (!is_link) return OutputPlace{{}, path};
  const std::unique_ptr<char, decltype(&std::free)> real(::realpath(path.c_str(), nullptr),
                                                         &std::free);
  if (real == nullptr) return fail_errno(errno, "a symlink that leads nowhere");
  return OutputPlace{{}, real.get()};
}

Result<void> sync_output(int fd) {
  struct stat status {};
  if (::fstat(fd, &status) != 0) return fail_errno(errno, "cannot stat");
  if (!S_ISREG(status.st_mode) && !S_ISBLK(status.st_mode)) return {};
  // EINVAL and EROFS are how files that are on no disk, such as those of /proc, say so.
  if (::fsync(fd) == 0 || errno == EINVAL || errno == EROFS) return {};
  return fail_errno(errno, "cannot write to disk");
}

}  // namespace zvfs
