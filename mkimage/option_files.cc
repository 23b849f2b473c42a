#include "mkimage/option_files.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <fcntl.h>
#include <string_view>
#include <unistd.h>
#include <utility>

#include "base/quoting.h"
#include "base/unique_fd.h"
#include "mkimage/build_options.h"

namespace zvfs {
namespace {

// Takes the lines of a file as its bytes come, and refuses what is too long at once.
class BoundedText {
 public:
  BoundedText(const OptionFiles::Limits& limits, char separator)
      : limits_(limits), separator_(separator) {}

  Result<void> add(std::string_view piece) {
    if (piece.size() > limits_.file - text_.size()) {
      return fail(ErrorCode::kTooLarge, "exceeds {} bytes", limits_.file);
    }
    text_ += piece;
    while (true) {
      const std::size_t end = std::min(text_.find(separator_, searched_), text_.size());
      if (end - line_begin_ > limits_.line) {
        return fail(ErrorCode::kTooLarge, "line {} exceeds {} bytes", line_, limits_.line);
      }
      searched_ = end;
      if (end == text_.size()) return {};
      line_begin_ = ++searched_;
      ++line_;
    }
  }
  std::string take() { return std::move(text_); }

 private:
  const OptionFiles::Limits limits_;
  const char separator_;
  std::string text_;
  std::size_t searched_ = 0;  // for separators
  std::size_t line_begin_ = 0;
  std::size_t line_ = 1;
};

Result<std::string> read_text(int fd, const OptionFiles::Limits& limits, char separator) {
  BoundedText text(limits, separator);
  std::array<char, 64 * kKiB> buffer;
  while (true) {
    const ssize_t size = ::read(fd, buffer.data(), buffer.size());
    if (size < 0 && errno == EINTR) continue;
    if (size < 0) return fail_errno(errno, "");
    if (size == 0) return text.take();
    ZVFS_TRY(text.add({buffer.data(), static_cast<std::size_t>(size)}));
  }
}

}  // namespace

Result<std::string> OptionFiles::read(const std::string& option, const std::string& path,
                                      char separator) {
  if (path == kStandardInput) {
    ZVFS_TRY(take_standard_input(option));
    return ZVFS_TRY_IN(path, read_text(STDIN_FILENO, limits_, separator));
  }
  const UniqueFd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file.is_open()) return fail_errno(errno, shown_name(path));
  return ZVFS_TRY_IN(shown_name(path), read_text(file.get(), limits_, separator));
}

Result<void> OptionFiles::take_standard_input(const std::string& reader) {
  if (!standard_input_.empty()) {
    return fail(ErrorCode::kInvalidArgument, "{} already reads standard input", standard_input_);
  }
  standard_input_ = reader;
  return {};
}

}  // namespace zvfs
