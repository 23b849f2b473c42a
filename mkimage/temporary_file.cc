#include "mkimage/temporary_file.h"

#include <cerrno>
#include <cstdlib>
#include <fcntl.h>
#include <filesystem>
#include <string>
#include <unistd.h>

namespace zvfs {

Result<UniqueFd> make_temporary_file() {
  std::string path = std::filesystem::temp_directory_path() / "zvfs-XXXXXX";
  UniqueFd fd(::mkostemp(path.data(), O_CLOEXEC));
  if (!fd.is_open()) return fail_errno(errno, path);
  ::unlink(path.c_str());
  return fd;
}

Result<void> write_temporary(int fd, ByteSpan bytes) {
  while (!bytes.empty()) {
    const ssize_t count = ::write(fd, bytes.data(), bytes.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return fail_errno(errno, "cannot write to a temporary file");
    bytes = bytes.subspan(static_cast<std::size_t>(count));
  }
  return {};
}

}  // namespace zvfs
