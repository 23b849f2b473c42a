#include "mkimage/rules/exclude_list.h"

#include <algorithm>
#include <span>

#include "base/quoting.h"

namespace zvfs {
namespace {

constexpr std::string_view kSpace = " \t";

std::string_view without_trailing_space(std::string_view line) {
  if (line.ends_with('\r')) line.remove_suffix(1);
  while (!line.empty() && kSpace.find(line.back()) != kSpace.npos) {
    const bool escaped = line.size() > 1 && line[line.size() - 2] == '\\';
    if (escaped) break;
    line.remove_suffix(1);
  }
  return line;
}

}  // namespace

Result<void> ExcludeList::add(std::string_view text) {
  std::string_view rest = text;
  const bool negated = rest.starts_with('!');
  if (negated) rest.remove_prefix(1);
  const bool directories_only = rest.ends_with('/');
  while (rest.ends_with('/')) rest.remove_suffix(1);
  // Only a slash at the beginning or in the middle ties a pattern to the root.
  const bool anchored = rest.find('/') != rest.npos;
  std::string path = anchored ? "" : "**/";
  path += rest;
  PathPattern pattern = ZVFS_TRY(PathPattern::parse(path));
  const bool names_nothing = pattern.components().size() <= (anchored ? 0U : 1U);
  if (names_nothing)
    return fail(ErrorCode::kInvalidArgument, "'{}' is an empty pattern", shown_name(text));
  rules_.push_back({std::move(pattern), negated, directories_only});
  return {};
}

Result<void> ExcludeList::add_lines(std::string_view text) {
  for (std::size_t number = 1; !text.empty(); ++number) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = without_trailing_space(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
    if (line.empty() || line.starts_with('#')) continue;
    ZVFS_TRY_IN(fmt::format("line {}", number), add(line));
  }
  return {};
}

bool ExcludeList::excludes(std::string_view path, EntryType type) const {
  const auto decides = [&](const Rule& rule) {
    return (type == EntryType::kDirectory || !rule.directories_only) && rule.pattern.matches(path);
  };
  const auto rule = std::find_if(rules_.rbegin(), rules_.rend(), decides);
  return rule != rules_.rend() && !rule->negated;
}

ExcludeList::Progress ExcludeList::start() const {
  Progress progress;
  for (const Rule& rule : rules_) {
    const PathPattern::Progress reached = rule.pattern.start();
    progress.insert(progress.end(), reached.begin(), reached.end());
  }
  return progress;
}

bool ExcludeList::excludes(const Progress& directory, std::string_view name, EntryType type,
                           Progress& entry) const {
  entry.resize(directory.size());
  std::size_t begin = 0;
  bool excluded = false;
  for (const Rule& rule : rules_) {
    const std::size_t size = rule.pattern.components().size() + 1;
    const auto before = std::span(directory).subspan(begin, size);
    const bool matches = rule.pattern.step(before, name, std::span(entry).subspan(begin, size));
    begin += size;
    if (matches && (type == EntryType::kDirectory || !rule.directories_only)) {
      excluded = !rule.negated;
    }
  }
  return excluded;
}

}  // namespace zvfs
