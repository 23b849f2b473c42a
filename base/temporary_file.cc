#include "base/temporary_file.h"

#include <cerrno>
#include <cstdlib>
#include <fcntl.h>
#include <string>
#include <unistd.h>

#include "base/file_io.h"

namespace zvfs {
namespace {

std::string temporary_directory() {
  const char* const directory = std::getenv("TMPDIR");
  return directory == nullptr || *directory == '\0' ? "/tmp" : directory;
}

}  // namespace

Result<UniqueFd> make_temporary_file() {
  std::string path = temporary_directory() + "/zvfs-XXXXXX";
  UniqueFd fd(::mkostemp(path.data(), O_CLOEXEC));
  if (!fd.is_open()) {
    return fail_errno(errno, fmt::format("cannot create a temporary file in {} ($TMPDIR)",
                                         temporary_directory()));
  }
  ::unlink(path.c_str());
  return fd;
}

Result<void> write_temporary(int fd, ByteSpan bytes) {
  return write_all(
      fd, bytes,
      fmt::format("cannot write to a temporary file in {} ($TMPDIR)", temporary_directory()));
}

}  // namespace zvfs
