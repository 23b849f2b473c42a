#include "mkimage/option_files.h"

#include <cerrno>
#include <fcntl.h>
#include <unistd.h>

#include "base/file_io.h"
#include "base/quoting.h"
#include "base/unique_fd.h"
#include "mkimage/build_options.h"

namespace zvfs {
namespace {

Result<std::string> read_text(const std::string& path) {
  UniqueFd file;
  if (path != kStandardInput) {
    file = UniqueFd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (!file.is_open()) return fail_errno(errno, shown_name(path));
  }
  return read_to_end(file.is_open() ? file.get() : STDIN_FILENO, shown_name(path));
}

}  // namespace

Result<std::string> OptionFiles::read(const std::string& option, const std::string& path) {
  if (path == kStandardInput) ZVFS_TRY(take_standard_input(option));
  return read_text(path);
}

Result<void> OptionFiles::take_standard_input(const std::string& reader) {
  if (!standard_input_.empty()) {
    return fail(ErrorCode::kInvalidArgument, "{} already reads standard input", standard_input_);
  }
  standard_input_ = reader;
  return {};
}

}  // namespace zvfs
