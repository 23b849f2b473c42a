#include "zvfs/command/output_file.h"

#include <cerrno>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file_io.h"
#include "base/output_place.h"
#include "base/quoting.h"

namespace zvfs {
namespace {

// A device may have several names, with an inode each.
bool is_same_file(const struct stat& a, const char* path) {
  struct stat b {};
  if (::stat(path, &b) != 0) return false;
  if (S_ISBLK(a.st_mode) && S_ISBLK(b.st_mode)) return a.st_rdev == b.st_rdev;
  return a.st_dev == b.st_dev && a.st_ino == b.st_ino;
}

}  // namespace

Result<OutputFile> OutputFile::open(const std::string& path, IfExists if_exists,
                                    const std::string& image_path) {
  OutputFile output(path == "-" ? "standard output" : quote_name(path));
  if (path == "-") return output;
  struct stat there {};
  const bool exists = ::stat(path.c_str(), &there) == 0;
  if (exists && is_same_file(there, image_path.c_str())) {
    return fail(ErrorCode::kInvalidArgument, "{}: is the image being read", quote_name(path));
  }
  OutputPlace place = ZVFS_TRY_IN(quote_name(path), find_output(path, if_exists));
  if (place.stream.is_open()) {
    output.special_ = std::move(place.stream);
  } else {
    output.file_.emplace(ZVFS_TRY_IN(quote_name(path), AtomicFile::create(place.file, if_exists)));
  }
  return output;
}

int OutputFile::fd() const {
  if (file_) return file_->fd();
  return special_.is_open() ? special_.get() : STDOUT_FILENO;
}

Result<void> OutputFile::write(ByteSpan bytes) { return write_all(fd(), bytes, name_); }

Result<void> OutputFile::finish() {
  ZVFS_TRY_IN(name_, file_ ? file_->commit() : sync_output(fd()));
  return {};
}

}  // namespace zvfs
