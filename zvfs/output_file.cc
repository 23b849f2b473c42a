#include "zvfs/output_file.h"

#include <cerrno>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace zvfs {
namespace {

constexpr mode_t kMode = 0666;  // less the umask

bool is_same_file(const struct stat& a, const char* path) {
  struct stat b {};
  return ::stat(path, &b) == 0 && a.st_dev == b.st_dev && a.st_ino == b.st_ino;
}

// What is at `path` makes room, or stays to be written to.
Result<void> make_room(const std::string& path, const struct stat& there,
                       OutputFile::Existing existing, const std::string& image_path) {
  if (is_same_file(there, image_path.c_str())) {
    return fail(ErrorCode::kInvalidArgument, "{}: is the image itself", path);
  }
  if (!S_ISREG(there.st_mode)) return {};
  if (existing == OutputFile::Existing::kKeep) {
    return fail(ErrorCode::kInvalidArgument, "{}: exists already; -f replaces it", path);
  }
  if (::unlink(path.c_str()) != 0) return fail_errno(errno, path);
  return {};
}

}  // namespace

Result<OutputFile> OutputFile::open(const std::string& path, Existing existing,
                                    const std::string& image_path) {
  if (path == "-") return OutputFile("", UniqueFd(), STDOUT_FILENO);
  struct stat there {};
  const bool exists = ::stat(path.c_str(), &there) == 0;
  if (exists) ZVFS_TRY(make_room(path, there, existing, image_path));
  const bool is_ours = !exists || S_ISREG(there.st_mode);
  const int flags = O_WRONLY | O_CLOEXEC | (is_ours ? O_CREAT | O_EXCL : 0);
  UniqueFd fd(::open(path.c_str(), flags, kMode));
  if (!fd.is_open()) return fail_errno(errno, path);
  const int number = fd.get();
  return OutputFile(is_ours ? path : "", std::move(fd), number);
}

OutputFile::~OutputFile() {
  if (owned_.is_open() && !path_.empty()) ::unlink(path_.c_str());
}

Result<void> OutputFile::write(ByteSpan bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(fd_, bytes.data(), bytes.size());
    if (written < 0) {
      if (errno == EINTR) continue;
      return fail_errno(errno, path_.empty() ? "output" : path_);
    }
    bytes = bytes.subspan(static_cast<std::size_t>(written));
  }
  return {};
}

Result<void> OutputFile::finish() {
  if (!owned_.is_open()) return {};
  if (::close(owned_.release()) != 0) return fail_errno(errno, path_);
  return {};
}

}  // namespace zvfs
