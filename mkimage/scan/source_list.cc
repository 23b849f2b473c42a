#include "mkimage/scan/source_list.h"

#include <algorithm>
#include <utility>
#include <vector>

#include <climits>

#include "base/path_names.h"
#include "base/quoting.h"

namespace zvfs {
namespace {

std::vector<std::string> names_of(std::string_view path) {
  std::vector<std::string> names;
  for (std::string_view name = take_first_name(path); !name.empty(); name = take_first_name(path)) {
    names.emplace_back(name);
  }
  return names;
}

std::string joined(const std::string& directory, const std::string& name) {
  return directory.ends_with('/') ? directory + name : directory + '/' + name;
}

// Why an image cannot have that path; empty if it can.
std::string_view problem_of(std::string_view path) {
  if (path.empty()) return "empty path; left out";
  if (has_dot_dot(path)) return "path contains '..'; left out";
  if (path.find('\0') != path.npos) return "path contains a zero byte; left out (is -0 missing?)";
  if (path.size() >= PATH_MAX) return "path of 4096 bytes or more; left out";
  return {};
}

}  // namespace

Result<void> SourceList::add_source(std::string_view path) {
  const std::string_view whole = path;
  while (path.size() > 1 && path.ends_with('/')) path.remove_suffix(1);
  const std::size_t slash = path.rfind('/');
  const std::string name(path.substr(slash + 1));
  if (name.empty() || name == "." || name == "..") {
    return fail(ErrorCode::kInvalidArgument, "{}: has no name to use in the image",
                shown_name(whole));
  }
  std::string place = ".";
  if (slash != path.npos) place = slash == 0 ? "/" : path.substr(0, slash);
  if (!root_.entries.try_emplace(name, std::move(place)).second) {
    return fail(ErrorCode::kInvalidArgument, "{}: another source is also named {}",
                shown_name(whole), shown_name(name));
  }
  return {};
}

void SourceList::add_path(std::string_view path) {
  std::vector<std::string> names = names_of(path);
  if (const std::string_view problem = problem_of(path); !problem.empty()) {
    const std::string shown(path.empty() ? "''" : path);
    warnings_.push_back({Warning::Severity::kUnreadable, shown, std::string(problem)});
    return;
  }
  const std::string place = path.starts_with('/') ? "/" : ".";
  if (names.empty()) {
    root_.place = place;
    return;
  }
  const std::string name = std::move(names.back());
  names.pop_back();
  Directory& directory = directory_at(names, place);
  directory.entries.try_emplace(name, names.empty() ? place : directory.place);
}

void SourceList::add_paths(std::string_view text, char separator) {
  while (!text.empty()) {
    const std::string_view path = text.substr(0, text.find(separator));
    text.remove_prefix(std::min(text.size(), path.size() + 1));
    if (!path.empty() || separator != '\n') add_path(path);
  }
}

// The directory at `names` from the root; the root is at `place` on disk.
SourceList::Directory& SourceList::directory_at(std::span<const std::string> names,
                                                std::string place) {
  Directory* directory = &root_;
  for (const std::string& name : names) {
    place = joined(place, name);
    directory = &directory->directories[name];
    if (directory->place.empty()) directory->place = place;
  }
  return *directory;
}

}  // namespace zvfs
