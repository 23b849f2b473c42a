#include "format/memory_limit.h"

#include <algorithm>
#include <fstream>
#include <limits>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include <fmt/core.h>

namespace zvfs {
namespace {

constexpr std::uint64_t kNoLimit = std::numeric_limits<std::uint64_t>::max();

// The versions of the kernel's interface differ in names only.
struct Hierarchy {
  std::string_view filesystem;
  std::string_view controller;  // in /proc/self/cgroup and among the mount's options; may be empty
  std::span<const std::string_view> limits;
};
constexpr std::string_view kLimits1[] = {"memory.limit_in_bytes"};
constexpr std::string_view kLimits2[] = {"memory.max", "memory.high"};
constexpr Hierarchy kVersions[] = {{"cgroup", "memory", kLimits1}, {"cgroup2", "", kLimits2}};

std::vector<std::string> split(const std::string& text, char separator) {
  std::vector<std::string> words(1);
  for (const char c : text) {
    if (c == separator) {
      words.emplace_back();
    } else {
      words.back() += c;
    }
  }
  return words;
}

bool lists(const std::string& list, std::string_view word) {
  return std::ranges::count(split(list, ','), word) != 0;
}

// The path of our group, from /proc/self/cgroup: lines of "number:controllers:path".
std::optional<std::string> group_path(const std::string& root, const Hierarchy& version) {
  std::ifstream file(root + "/proc/self/cgroup");
  for (std::string line; std::getline(file, line);) {
    const std::size_t first = line.find(':');
    const std::size_t second = first == std::string::npos ? first : line.find(':', first + 1);
    if (second == std::string::npos) continue;
    const std::string controllers = line.substr(first + 1, second - first - 1);
    const bool is_ours =
        version.controller.empty() ? controllers.empty() : lists(controllers, version.controller);
    if (is_ours) return line.substr(second + 1);
  }
  return std::nullopt;
}

// Where a hierarchy is mounted, and which of its groups is shown there.
struct GroupMount {
  std::string directory;
  std::string top_group;
};

// From /proc/self/mountinfo: "id parent device top directory options... - type source options".
std::optional<GroupMount> find_mount(const std::string& root, const Hierarchy& version) {
  constexpr std::size_t kTop = 3;
  constexpr std::size_t kDirectory = 4;
  std::ifstream file(root + "/proc/self/mountinfo");
  for (std::string line; std::getline(file, line);) {
    const std::vector<std::string> words = split(line, ' ');
    const auto dash = std::ranges::find(words, "-");
    if (words.end() - dash < 4 || dash - words.begin() <= std::ptrdiff_t{kDirectory}) continue;
    if (dash[1] != version.filesystem) continue;
    if (version.controller.empty() || lists(dash[3], version.controller)) {
      return GroupMount{words[kDirectory], words[kTop]};
    }
  }
  return std::nullopt;
}

// The group's path below the mount: "/a/b", or empty for what is mounted itself. A container may
// see its own group mounted as the top, and a path that it cannot follow.
std::string path_in(const GroupMount& mount, const std::string& group) {
  const std::string top = mount.top_group == "/" ? "" : mount.top_group;
  if (!group.starts_with(top) || group.find("/..") != std::string::npos) return "";
  const std::string rest = group.substr(top.size());
  return rest.starts_with('/') && rest != "/" ? rest : "";
}

// The number in a file, or no limit: "max", no such file, or nothing that we understand.
std::uint64_t limit_in(const std::string& path) {
  std::ifstream file(path);
  std::uint64_t limit = 0;
  return file >> limit ? limit : kNoLimit;
}

std::uint64_t group_limit(const std::string& root, const Hierarchy& version) {
  const auto group = group_path(root, version);
  const auto mount = find_mount(root, version);
  if (!group || !mount) return kNoLimit;
  std::uint64_t least = kNoLimit;
  for (std::string path = path_in(*mount, *group);; path.resize(path.rfind('/'))) {
    for (const std::string_view name : version.limits) {
      least =
          std::min(least, limit_in(fmt::format("{}{}{}/{}", root, mount->directory, path, name)));
    }
    if (path.empty()) return least;
  }
}

// MemTotal, from the first line of /proc/meminfo.
std::uint64_t machine_memory(const std::string& root) {
  std::ifstream file(root + "/proc/meminfo");
  std::string name;
  std::uint64_t kibibytes = 0;
  return file >> name >> kibibytes && name == "MemTotal:" ? kibibytes * kKiB : kNoLimit;
}

}  // namespace

std::uint64_t memory_limit(const std::string& root) {
  std::uint64_t least = machine_memory(root);
  for (const Hierarchy& version : kVersions) least = std::min(least, group_limit(root, version));
  return least;
}

std::uint64_t affordable_memory(std::uint64_t wanted_bytes, std::uint64_t limit_bytes) {
  return std::max(kLeastAffordable, std::min(wanted_bytes, limit_bytes / 4));
}

unsigned affordable_workers(unsigned wanted, std::uint64_t bytes_each, std::uint64_t limit_bytes) {
  const std::uint64_t memory = affordable_memory(wanted * bytes_each, limit_bytes);
  return static_cast<unsigned>(std::clamp<std::uint64_t>(memory / bytes_each, 1, wanted));
}

}  // namespace zvfs
