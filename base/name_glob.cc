#include "base/name_glob.h"

#include <algorithm>
#include <cstdint>
#include <optional>

#include "base/utf8.h"

namespace zvfs {
namespace {

// Removes the first character of `text`, which is not empty. Bytes that are not UTF-8 get values
// above all code points, so that no range of characters includes them.
std::uint32_t take_character(std::string_view& text) {
  constexpr std::uint32_t kStrayBytes = 0x200000;
  const std::size_t length = utf8_character_length(text);
  const auto lead = static_cast<std::uint8_t>(text.front());
  if (length <= 1) {
    text.remove_prefix(1);
    return length == 1 ? lead : kStrayBytes + lead;
  }
  const std::uint32_t character = code_point_of(text.substr(0, length));
  text.remove_prefix(length);
  return character;
}

// One character of a glob, after the `\` if there is one.
std::uint32_t take_literal(std::string_view& glob) {
  if (glob.front() == '\\' && glob.size() > 1) glob.remove_prefix(1);
  return take_character(glob);
}

// Matches `character` against the bracket expression at the start of `glob`, which is past its `[`,
// and removes the expression. Nothing if it is not closed.
std::optional<bool> match_bracket(std::string_view& glob, std::uint32_t character) {
  std::string_view rest = glob;
  const bool negated = rest.starts_with('!') || rest.starts_with('^');
  if (negated) rest.remove_prefix(1);
  bool found = false;
  for (bool first = true; !rest.empty(); first = false) {
    if (rest.front() == ']' && !first) {
      glob = rest.substr(1);
      return found != negated;
    }
    const std::uint32_t low = take_literal(rest);
    std::uint32_t high = low;
    if (rest.size() > 1 && rest[0] == '-' && rest[1] != ']') {
      rest.remove_prefix(1);
      high = take_literal(rest);
    }
    found = found || (low <= character && character <= high);
  }
  return std::nullopt;
}

// Matches the first character of `name` against the first item of `glob`, which is not a `*`, and
// removes both. Neither is empty.
bool match_one(std::string_view& glob, std::string_view& name) {
  const std::uint32_t character = take_character(name);
  if (glob.front() == '?') {
    glob.remove_prefix(1);
    return true;
  }
  if (glob.front() == '[') {
    std::string_view bracket = glob.substr(1);
    if (const auto matched = match_bracket(bracket, character)) {
      glob = bracket;
      return *matched;
    }
  }
  return take_literal(glob) == character;
}

}  // namespace

bool matches_glob(std::string_view glob, std::string_view name) {
  // Where to resume after the last `*` if the rest does not match: it then takes one more
  // character. Earlier ones need no second try, as they took as little as they could.
  std::optional<std::string_view> star_glob;
  std::string_view star_name;
  while (true) {
    if (!glob.empty() && glob.front() == '*') {
      glob.remove_prefix(1);
      star_glob = glob;
      star_name = name;
      continue;
    }
    if (name.empty() && glob.empty()) return true;
    if (!name.empty() && !glob.empty() && match_one(glob, name)) continue;
    if (!star_glob || star_name.empty()) return false;
    take_character(star_name);
    glob = *star_glob;
    name = star_name;
  }
}

}  // namespace zvfs
