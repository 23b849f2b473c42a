#include "mkimage/rules/pseudo_list.h"

#include <algorithm>
#include <utility>

#include "base/quoting.h"

namespace zvfs {
namespace {

using Kind = PseudoDefinition::Kind;

// Whether a line continues in the next: it ends in one backslash, not in two.
bool is_continued(std::string_view line) { return line.ends_with('\\') && !line.ends_with("\\\\"); }

// Takes a line and its continuations off the text; counts them in `number`.
std::string take_line(std::string_view& text, std::size_t& number) {
  std::string whole;
  while (!text.empty()) {
    const std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(text.size(), line.size() + 1));
    ++number;
    whole += line;
    if (!is_continued(line)) break;
    whole.pop_back();
  }
  return whole;
}

}  // namespace

Result<void> PseudoList::add(std::string_view text) {
  auto parsed = PseudoDefinition::parse(text);
  if (!parsed) {
    constexpr std::size_t kShown = 200;
    return Unexpected(
        std::move(parsed).error().within(fmt::format("'{}'", shown_name(text.substr(0, kShown)))));
  }
  PseudoDefinition& definition = *parsed;
  if (definition.kind == Kind::kXattr) {
    xattrs_[definition.path][definition.xattr.name] = std::move(definition.xattr.value);
  } else if (!paths_.insert(definition.path).second) {
    repeated_.push_back(definition.path);
  } else if (definition.kind == Kind::kLink) {
    links_.push_back(std::move(definition));
  } else {
    ByPath& definitions = definition.kind == Kind::kModify ? modified_ : made_;
    definitions.emplace(definition.path, std::move(definition));
  }
  return {};
}

Result<void> PseudoList::add_lines(std::string_view text) {
  std::size_t number = 0;
  while (!text.empty()) {
    const std::size_t first = number + 1;
    const std::string line = take_line(text, number);
    const std::size_t begin = line.find_first_not_of(" \t\v\f\r");
    if (begin == line.npos || line[begin] == '#') continue;
    ZVFS_TRY_IN(fmt::format("line {}", first), add(std::string_view(line).substr(begin)));
  }
  return {};
}

XattrSet PseudoList::with_xattrs(const std::string& path, const XattrSet& set) const {
  const auto found = xattrs_.find(path);
  if (found == xattrs_.end()) return set;
  std::map<std::string, ByteVector> merged = found->second;
  for (const Xattr& xattr : set.xattrs()) merged.try_emplace(xattr.name, xattr.value);
  std::vector<Xattr> xattrs;
  for (auto& [name, value] : merged) xattrs.push_back({name, std::move(value)});
  return XattrSet(std::move(xattrs));
}

}  // namespace zvfs
