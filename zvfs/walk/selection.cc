#include "zvfs/walk/selection.h"

#include <algorithm>

#include "base/name_glob.h"

namespace zvfs {
namespace {

using Component = PathPattern::Component;

bool matches(const Component& component, std::string_view name) {
  switch (component.kind) {
    case Component::Kind::kName:
      return name == component.text;
    case Component::Kind::kGlob:
      // A name that looks like a glob ("[id].js") also matches literally.
      return name == component.text || matches_glob(component.text, name);
    case Component::Kind::kAnyDepth:
      return true;
  }
  return false;
}

void sort_unique(auto& items) {
  std::ranges::sort(items);
  items.erase(std::unique(items.begin(), items.end()), items.end());
}

}  // namespace

Result<Selection> Selection::parse(const std::vector<std::string>& operands, const Exists& exists) {
  std::vector<PathPattern> patterns;
  for (const std::string& operand : operands) {
    PathPattern pattern = ZVFS_TRY(PathPattern::parse(operand));
    if (exists && pattern.has_special_characters() && exists(operand)) {
      pattern = ZVFS_TRY(PathPattern::parse_literally(operand));
    }
    patterns.push_back(std::move(pattern));
  }
  if (patterns.empty()) patterns.push_back(ZVFS_TRY(PathPattern::parse(".")));
  return Selection(std::move(patterns));
}

// The pattern of `position` has reached an entry: it ends there, or continues below it.
Selection::Match Selection::arrive(Position position, Positions& next) {
  const PathPattern& pattern = patterns_[position.pattern];
  if (position.component == pattern.components().size()) {
    matched_[position.pattern] = true;
    return pattern.has_glob() ? Match::kGlob : Match::kName;
  }
  next.push_back(position);
  const bool is_last = position.component + 1 == pattern.components().size();
  if (component(position).kind == Component::Kind::kAnyDepth && !is_last) {
    ++position.component;  // `**` may stand for no directory at all
    arrive(position, next);
  }
  return Match::kOnTheWay;
}

Selection::Match Selection::start(Positions& positions) {
  positions.clear();
  Match match = Match::kNone;
  for (std::uint32_t i = 0; i < patterns_.size(); ++i) {
    match = std::max(match, arrive({i, 0}, positions));
  }
  sort_unique(positions);
  return match;
}

Selection::Match Selection::advance(const Positions& positions, std::string_view name,
                                    Positions& next) {
  next.clear();
  Match match = Match::kNone;
  for (const Position position : positions) {
    if (!matches(component(position), name)) continue;
    if (component(position).kind == Component::Kind::kAnyDepth) {
      match = std::max(match, arrive(position, next));
      const bool is_last =
          position.component + 1 == patterns_[position.pattern].components().size();
      if (!is_last) continue;
    }
    match = std::max(match, arrive({position.pattern, position.component + 1}, next));
  }
  sort_unique(next);
  return match;
}

bool Selection::needs_listing(const Positions& positions) const {
  return std::ranges::any_of(positions, [&](Position position) {
    return component(position).kind != Component::Kind::kName;
  });
}

std::vector<std::string> Selection::names(const Positions& positions) const {
  std::vector<std::string> names;
  for (const Position position : positions) names.push_back(component(position).text);
  sort_unique(names);
  return names;
}

std::vector<std::string> Selection::unmatched() const {
  std::vector<std::string> operands;
  for (std::size_t i = 0; i < patterns_.size(); ++i) {
    if (!matched_[i]) operands.push_back(patterns_[i].text());
  }
  return operands;
}

}  // namespace zvfs
