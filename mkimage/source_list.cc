#include "mkimage/source_list.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "base/quoting.h"
#include "mkimage/path_names.h"

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

}  // namespace

Result<void> SourceList::add_source(std::string_view path) {
  const std::string_view whole = path;
  while (path.size() > 1 && path.ends_with('/')) path.remove_suffix(1);
  const std::size_t slash = path.rfind('/');
  const std::string name(path.substr(slash + 1));
  if (name.empty() || name == "." || name == "..") {
    return fail(ErrorCode::kInvalidArgument, "{}: has no name for the image", quote_name(whole));
  }
  std::string place = ".";
  if (slash != path.npos) place = slash == 0 ? "/" : path.substr(0, slash);
  if (!root_.entries.try_emplace(name, std::move(place)).second) {
    return fail(ErrorCode::kInvalidArgument, "{}: another source has the name {}",
                quote_name(whole), quote_name(name));
  }
  return {};
}

Result<void> SourceList::add_path(std::string_view path) {
  std::vector<std::string> names = names_of(path);
  if (path.empty() || std::ranges::find(names, "..") != names.end()) {
    return fail(ErrorCode::kInvalidArgument, "'{}': a path must not be empty or have '..'",
                quote_name(path));
  }
  std::string place = path.starts_with('/') ? "/" : ".";
  if (names.empty()) {
    root_.place = place;
    return {};
  }
  const std::string name = std::move(names.back());
  names.pop_back();
  Directory* directory = &root_;
  for (const std::string& step : names) {
    place = joined(place, step);
    directory = &directory->directories[step];
    if (directory->place.empty()) directory->place = place;
  }
  directory->entries.try_emplace(name, std::move(place));
  return {};
}

Result<void> SourceList::add_paths(std::string_view text, char separator) {
  while (!text.empty()) {
    const std::string_view path = text.substr(0, text.find(separator));
    text.remove_prefix(std::min(text.size(), path.size() + 1));
    if (path.empty() && separator == '\n') continue;
    ZVFS_TRY(add_path(path));
  }
  return {};
}

}  // namespace zvfs
