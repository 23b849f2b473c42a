#include "base/path_names.h"

#include <algorithm>

namespace zvfs {

std::string_view take_first_name(std::string_view& path) {
  while (!path.empty()) {
    const std::string_view name = path.substr(0, path.find('/'));
    path.remove_prefix(std::min(path.size(), name.size() + 1));
    if (!name.empty() && name != ".") return name;
  }
  return {};
}

std::string_view take_last_name(std::string_view& path) {
  while (!path.empty()) {
    const std::size_t slash = path.rfind('/');
    const std::string_view name = path.substr(slash + 1);
    path = slash == path.npos ? std::string_view() : path.substr(0, slash);
    if (!name.empty() && name != ".") return name;
  }
  return {};
}

bool has_dot_dot(std::string_view path) {
  while (true) {
    const std::string_view name = take_first_name(path);
    if (name == "..") return true;
    if (name.empty()) return false;
  }
}

bool stays_below(std::string_view target) {
  return !target.starts_with('/') && !has_dot_dot(target);
}

std::string plain_path(std::string_view path) {
  std::string plain;
  while (true) {
    const std::string_view name = take_first_name(path);
    if (name.empty()) return plain;
    if (!plain.empty()) plain += '/';
    plain += name;
  }
}

}  // namespace zvfs
