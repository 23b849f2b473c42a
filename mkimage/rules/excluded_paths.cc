#include "mkimage/rules/excluded_paths.h"

#include <utility>

#include "base/path_names.h"

namespace zvfs {

bool ExcludedPaths::contains(std::string_view path, ExcludeList::EntryType type) {
  if (list_.empty()) return false;
  const std::string_view name = take_last_name(path);
  if (name.empty()) return false;
  if (!std::exchange(is_begun_, true) || path != directory_) enter(path);
  return is_left_out_ || step(name, type);
}

void ExcludedPaths::enter(std::string_view directory) {
  directory_ = directory;
  progress_ = list_.start();
  is_left_out_ = false;
  while (!is_left_out_) {
    const std::string_view name = take_first_name(directory);
    if (name.empty()) return;
    is_left_out_ = step(name, ExcludeList::EntryType::kDirectory);
    std::swap(progress_, behind_name_);
  }
}

bool ExcludedPaths::step(std::string_view name, ExcludeList::EntryType type) {
  ++names_;
  return list_.excludes(progress_, name, type, behind_name_);
}

}  // namespace zvfs
