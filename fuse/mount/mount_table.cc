#include "fuse/mount/mount_table.h"

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <vector>

#include "base/file_io.h"
#include "base/unique_fd.h"

namespace zvfs {
namespace {

// The kernel writes space, tab, newline and backslash as a backslash and three octal digits.
std::string unescape(std::string_view field) {
  std::string text;
  for (std::size_t i = 0; i < field.size(); ++i) {
    unsigned code = 0;
    const char* digits = field.data() + i + 1;
    if (field[i] == '\\' && field.size() - i > 3 &&
        std::from_chars(digits, digits + 3, code, 8).ptr == digits + 3) {
      text += static_cast<char>(code);
      i += 3;
    } else {
      text += field[i];
    }
  }
  return text;
}

// Streams would take a lack of memory for the end of the text.
std::vector<std::string_view> split_words(std::string_view line) {
  std::vector<std::string_view> words;
  while (!line.empty()) {
    const std::size_t end = std::min(line.find(' '), line.size());
    if (end > 0) words.push_back(line.substr(0, end));
    line.remove_prefix(std::min(end + 1, line.size()));
  }
  return words;
}

}  // namespace

// id parent major:minor root mount-point options [optional fields...] - type source super-options
std::optional<MountEntry> parse_mount_entry(std::string_view line) {
  constexpr std::size_t kDevice = 2;
  constexpr std::size_t kMountPoint = 4;
  constexpr std::size_t kFixed = 6;  // words before the optional fields
  const std::vector<std::string_view> words = split_words(line);
  if (words.size() < kFixed) return std::nullopt;
  const auto dash = std::find(words.begin() + kFixed, words.end(), "-");
  if (words.end() - dash < 3) return std::nullopt;
  return MountEntry{.device = std::string(words[kDevice]),
                    .mount_point = unescape(words[kMountPoint]),
                    .type = std::string(dash[1]),
                    .source = unescape(dash[2])};
}

Result<std::optional<MountEntry>> topmost_mount(std::string_view mount_point) {
  constexpr const char* kTable = "/proc/self/mountinfo";
  const UniqueFd table(::open(kTable, O_RDONLY | O_CLOEXEC));
  if (!table.is_open()) return fail_errno(errno, kTable);
  const std::string text = ZVFS_TRY(read_to_end(table.get(), kTable));
  std::optional<MountEntry> topmost;
  for (std::string_view rest = text; !rest.empty();) {
    const std::size_t end = std::min(rest.find('\n'), rest.size());
    auto entry = parse_mount_entry(rest.substr(0, end));
    // A later mount covers the earlier ones, and is listed after them.
    if (entry && entry->mount_point == mount_point) topmost = std::move(entry);
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return topmost;
}

std::optional<dev_t> device_at(const std::string& path) {
  constexpr int kFlags = AT_STATX_DONT_SYNC | AT_NO_AUTOMOUNT | AT_SYMLINK_NOFOLLOW;
  struct statx status = {};
  if (statx(AT_FDCWD, path.c_str(), kFlags, 0, &status) != 0) return std::nullopt;
  return makedev(status.stx_dev_major, status.stx_dev_minor);
}

}  // namespace zvfs
