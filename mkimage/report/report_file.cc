#include "mkimage/report/report_file.h"

#include <cerrno>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>

#include "base/file_io.h"
#include "base/quoting.h"

namespace zvfs {

Result<ReportFile> ReportFile::open(const std::string& path) {
  const bool to_stdout = path == "-";
  std::string name = to_stdout ? "standard output" : shown_name(path);
  struct stat status {};
  if (!to_stdout && ::stat(path.c_str(), &status) == 0 && S_ISBLK(status.st_mode)) {
    return fail(ErrorCode::kInvalidArgument, "{}: is a block device; not written over", name);
  }
  UniqueFd fd(to_stdout ? ::fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 0)
                        : ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666));
  if (!fd.is_open()) return fail_errno(errno, name);
  return ReportFile(std::move(name), std::move(fd));
}

Result<void> ReportFile::write(std::string_view text) {
  ZVFS_TRY(write_all(fd_.get(), as_bytes(text), name_));
  // Some filesystems report only here that there was no space.
  if (::close(fd_.release()) != 0) return fail_errno(errno, name_);
  return {};
}

}  // namespace zvfs
