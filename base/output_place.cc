#include "base/output_place.h"

#include <cerrno>
#include <cstdlib>
#include <fcntl.h>
#include <memory>
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

}  // namespace

Result<OutputPlace> find_output(const std::string& path) {
  struct stat status {};
  const bool exists = ::stat(path.c_str(), &status) == 0;
  const bool is_link = is_symlink(path);
  if (exists && is_link) {
    for (const int fd : {STDOUT_FILENO, STDERR_FILENO}) {
      if (is_open_as(fd, status)) return stream_of(UniqueFd(::fcntl(fd, F_DUPFD_CLOEXEC, 0)));
    }
  }
  if (exists && !S_ISREG(status.st_mode) && !S_ISDIR(status.st_mode)) {
    return stream_of(UniqueFd(::open(path.c_str(), O_WRONLY | O_CLOEXEC)));
  }
  if (!is_link) return OutputPlace{{}, path};
  const std::unique_ptr<char, decltype(&std::free)> real(::realpath(path.c_str(), nullptr),
                                                         &std::free);
  if (real == nullptr) return fail_errno(errno, "a symlink that leads nowhere");
  return OutputPlace{{}, real.get()};
}

}  // namespace zvfs
