#include "zvfs/path_pattern.h"

#include <algorithm>

#include "zvfs/name_glob.h"

namespace zvfs {
namespace {

using Component = PathPattern::Component;

Component make_component(std::string_view text) {
  if (text == "**") return {Component::Kind::kAnyDepth, {}};
  if (text.find_first_of("*?[") != text.npos) return {Component::Kind::kGlob, std::string(text)};
  std::string name;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\\' && i + 1 < text.size()) ++i;
    name += text[i];
  }
  return {Component::Kind::kName, std::move(name)};
}

}  // namespace

Result<PathPattern> PathPattern::parse(std::string_view text) {
  PathPattern pattern(text);
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = std::min(text.find('/', begin), text.size());
    const std::string_view part = text.substr(begin, end - begin);
    begin = end + 1;
    if (part.empty() || part == ".") continue;
    if (part == "..") {
      return fail(ErrorCode::kInvalidArgument, "{}: paths of an image have no '..'", text);
    }
    pattern.components_.push_back(make_component(part));
  }
  return pattern;
}

bool PathPattern::has_glob() const {
  return std::ranges::any_of(components_,
                             [](const Component& c) { return c.kind != Component::Kind::kName; });
}

}  // namespace zvfs
