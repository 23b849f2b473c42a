#include "mkimage/option_files.h"

#include <cerrno>
#include <cstdint>
#include <fcntl.h>
#include <unistd.h>

#include "base/unique_fd.h"
#include "mkimage/build_options.h"

namespace zvfs {
namespace {

Result<std::string> read_text(const std::string& path) {
  constexpr std::size_t kStep = 65536;
  UniqueFd file;
  if (path != kStandardInput) {
    file = UniqueFd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (!file.is_open()) return fail_errno(errno, path);
  }
  const int fd = file.is_open() ? file.get() : STDIN_FILENO;
  std::string text;
  std::size_t size = 0;
  while (true) {
    text.resize(size + kStep);
    const ssize_t count = ::read(fd, text.data() + size, kStep);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return fail_errno(errno, path);
    size += static_cast<std::size_t>(count);
    text.resize(size);
    if (count == 0) return text;
  }
}

}  // namespace

Result<std::string> OptionFiles::read(const std::string& option, const std::string& path) {
  if (path == kStandardInput) ZVFS_TRY(take_standard_input(option));
  return read_text(path);
}

Result<void> OptionFiles::take_standard_input(const std::string& reader) {
  if (!standard_input_.empty()) {
    return fail(ErrorCode::kInvalidArgument, "{} reads standard input already", standard_input_);
  }
  standard_input_ = reader;
  return {};
}

}  // namespace zvfs
