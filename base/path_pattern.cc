#include "base/path_pattern.h"

#include <algorithm>

#include "base/name_glob.h"
#include "base/quoting.h"

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

bool matches_name(const Component& component, std::string_view name) {
  return component.kind == Component::Kind::kName ? name == component.text
                                                  : matches_glob(component.text, name);
}

// Removes and returns the first name of a path that is not empty.
std::string_view take_name(std::string_view& path) {
  const std::size_t end = std::min(path.find('/'), path.size());
  const std::string_view name = path.substr(0, end);
  path.remove_prefix(std::min(end + 1, path.size()));
  return name;
}

}  // namespace

template <typename MakeComponent>
Result<PathPattern> PathPattern::parse_with(const MakeComponent& make, std::string_view text) {
  PathPattern pattern(text);
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = std::min(text.find('/', begin), text.size());
    const std::string_view part = text.substr(begin, end - begin);
    begin = end + 1;
    if (part.empty() || part == ".") continue;
    if (part == "..") {
      return fail(ErrorCode::kInvalidArgument, "{}: paths in an image cannot contain '..'",
                  quote_name(text));
    }
    pattern.components_.push_back(make(part));
  }
  return pattern;
}

Result<PathPattern> PathPattern::parse(std::string_view text) {
  return parse_with(make_component, text);
}

Result<PathPattern> PathPattern::parse_literally(std::string_view text) {
  const auto literal = [](std::string_view name) {
    return Component{Component::Kind::kName, std::string(name)};
  };
  return parse_with(literal, text);
}

bool PathPattern::matches(std::string_view path) const {
  // As in matches_glob(): where to resume after the last `**` if the rest does not match.
  auto component = components_.begin();
  auto retry_component = components_.end();
  std::string_view retry_path;
  while (true) {
    if (component != components_.end() && component->kind == Component::Kind::kAnyDepth) {
      if (++component == components_.end()) return !path.empty();
      retry_component = component;
      retry_path = path;
      continue;
    }
    if (path.empty() && component == components_.end()) return true;
    if (!path.empty() && component != components_.end() &&
        matches_name(*component, take_name(path))) {
      ++component;
      continue;
    }
    if (retry_component == components_.end() || retry_path.empty()) return false;
    take_name(retry_path);
    component = retry_component;
    path = retry_path;
  }
}

PathPattern::Progress PathPattern::start() const {
  Progress progress(components_.size() + 1);
  progress[0] = 1;
  skip_any_depth(progress);
  return progress;
}

// Except at the end, `**` matches even no name.
void PathPattern::skip_any_depth(std::span<std::uint8_t> progress) const {
  for (std::size_t i = 0; i + 1 < components_.size(); ++i) {
    if (progress[i] != 0 && components_[i].kind == Component::Kind::kAnyDepth) progress[i + 1] = 1;
  }
}

bool PathPattern::step(std::span<const std::uint8_t> before, std::string_view name,
                       std::span<std::uint8_t> after) const {
  std::ranges::fill(after, std::uint8_t{0});
  const std::size_t count = components_.size();
  for (std::size_t i = 0; i < count; ++i) {
    if (before[i] == 0) continue;
    if (components_[i].kind == Component::Kind::kAnyDepth) {
      after[i] = 1;
      if (i + 1 == count) after[count] = 1;
    } else if (matches_name(components_[i], name)) {
      after[i + 1] = 1;
    }
  }
  skip_any_depth(after);
  return after[count] != 0;
}

bool PathPattern::has_special_characters() const {
  return text_.find_first_of("*?[\\") != std::string::npos;
}

bool PathPattern::has_glob() const {
  return std::ranges::any_of(components_,
                             [](const Component& c) { return c.kind != Component::Kind::kName; });
}

}  // namespace zvfs
