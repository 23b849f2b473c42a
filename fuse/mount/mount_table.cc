#include "fuse/mount/mount_table.h"

#include <charconv>
#include <fcntl.h>
#include <fstream>
#include <sstream>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <vector>

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

}  // namespace

// id parent major:minor root mount-point options [optional fields...] - type source super-options
std::optional<MountEntry> parse_mount_entry(std::string_view line) {
  std::istringstream words{std::string(line)};
  std::string id, parent, root, options, word;
  MountEntry entry;
  words >> id >> parent >> entry.device >> root >> entry.mount_point >> options;
  while (words >> word && word != "-") {
  }
  words >> entry.type >> entry.source;
  if (!words) return std::nullopt;
  entry.mount_point = unescape(entry.mount_point);
  entry.source = unescape(entry.source);
  return entry;
}

std::optional<MountEntry> topmost_mount(std::string_view mount_point) {
  std::ifstream table("/proc/self/mountinfo");
  std::optional<MountEntry> topmost;
  for (std::string line; std::getline(table, line);) {
    auto entry = parse_mount_entry(line);
    // A later mount covers the earlier ones, and is listed after them.
    if (entry && entry->mount_point == mount_point) topmost = std::move(entry);
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
