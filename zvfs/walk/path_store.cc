#include "zvfs/walk/path_store.h"

#include <algorithm>

#include "base/units.h"

namespace zvfs {

Result<PathStore::Number> PathStore::add(std::string_view path) {
  forget_all_but_common(path);
  std::size_t begin = steps_.empty() ? 0 : steps_.back().path_end + 1;
  const auto names = static_cast<std::size_t>(std::ranges::count(path.substr(begin), '/')) + 1;
  if (path.size() - begin + names * sizeof(Node) > kMostBytes - std::min(size(), kMostBytes)) {
    return fail(ErrorCode::kTooLarge, "the names of hard-linked files exceed {}",
                human_size(kMostBytes));
  }
  last_ = path;
  while (begin <= path.size()) {
    const std::size_t end = std::min(path.find('/', begin), path.size());
    names_ += path.substr(begin, end - begin);
    const std::uint32_t parent = steps_.empty() ? kNone : steps_.back().node;
    steps_.push_back({static_cast<std::uint32_t>(nodes_.size()), end});
    nodes_.push_back({parent, static_cast<std::uint32_t>(names_.size())});
    begin = end + 1;
  }
  return Number{steps_.back().node};
}

// Keeps the steps that are directories of `path`, too.
void PathStore::forget_all_but_common(std::string_view path) {
  const auto [differs, _] = std::ranges::mismatch(path, last_);
  const auto common = static_cast<std::size_t>(differs - path.begin());
  const auto is_shared = [&](const Step& step) {
    return step.path_end <= common && step.path_end < path.size() && path[step.path_end] == '/';
  };
  while (!steps_.empty() && !is_shared(steps_.back())) steps_.pop_back();
}

std::string PathStore::path(Number number) const {
  std::vector<std::uint32_t> way;
  for (auto node = static_cast<std::uint32_t>(number); node != kNone; node = nodes_[node].parent) {
    way.push_back(node);
  }
  std::string path;
  for (auto node = way.rbegin(); node != way.rend(); ++node) {
    if (node != way.rbegin()) path += '/';
    path += name(*node);
  }
  return path;
}

std::string_view PathStore::name(std::uint32_t node) const {
  const std::size_t begin = node == 0 ? 0 : nodes_[node - 1].name_end;
  return std::string_view(names_).substr(begin, nodes_[node].name_end - begin);
}

}  // namespace zvfs
