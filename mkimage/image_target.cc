#include "mkimage/image_target.h"

#include <cerrno>
#include <fcntl.h>
#include <filesystem>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>

namespace zvfs {

Result<ImageTarget> ImageTarget::open(const std::string& path, IfExists if_exists) {
  if (path == kStandardOutput) {
    ImageTarget target("standard output");
    if (::isatty(STDOUT_FILENO) == 1) {
      return fail(ErrorCode::kInvalidArgument, "{}: is a terminal, to which no image is written",
                  target.name_);
    }
    target.fd_ = UniqueFd(::fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 0));
    if (!target.fd_.is_open()) return fail_errno(errno, target.name_);
    return target;
  }
  ImageTarget target(path);
  target.file_.emplace(ZVFS_TRY_IN(path, AtomicFile::create(path, if_exists)));
  return target;
}

Result<ImageTarget> ImageTarget::open_nowhere(const std::string& path) {
  ImageTarget target(path);
  target.fd_ = UniqueFd(::open("/dev/null", O_WRONLY | O_CLOEXEC));
  if (!target.fd_.is_open()) return fail_errno(errno, "/dev/null");
  return target;
}

ExcludedFiles ImageTarget::excluded() const {
  struct stat status;
  if (!file_ && ::fstat(fd(), &status) == 0 && S_ISREG(status.st_mode)) {
    return {.names = {}, .files = {id_of(status)}};
  }
  const std::filesystem::path path(name_);
  const std::string directory = path.has_parent_path() ? path.parent_path().string() : ".";
  const bool found = file_ ? ::fstat(file_->directory_fd(), &status) == 0
                           : ::stat(directory.c_str(), &status) == 0;
  if (!found) return {};
  ExcludedFiles excluded{.names = {{id_of(status), path.filename()}}, .files = {}};
  if (file_) excluded.names.push_back({id_of(status), file_->temporary_name()});
  return excluded;
}

Result<void> ImageTarget::commit() {
  ZVFS_TRY_IN(name_, file_->commit());
  return {};
}

}  // namespace zvfs
