#include "base/quoting.h"

#include <cstdint>

#include <fmt/core.h>

#include "base/utf8.h"

namespace zvfs {
namespace {

void append_escaped(char c, std::string& out) {
  switch (c) {
    case '\\':
      out += "\\\\";
      return;
    case '\n':
      out += "\\n";
      return;
    case '\t':
      out += "\\t";
      return;
    case '\r':
      out += "\\r";
      return;
    default:
      out += fmt::format("\\{:03o}", static_cast<std::uint8_t>(c));
  }
}

enum class Backslashes : bool { kKeep, kEscape };

std::string escaped(std::string_view text, Backslashes backslashes) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const std::size_t length = utf8_character_length(text);
    const std::string_view character = text.substr(0, length == 0 ? 1 : length);
    const bool is_backslash = backslashes == Backslashes::kEscape && character == "\\";
    if (length == 0 || is_backslash || is_control(code_point_of(character))) {
      for (const char c : character) append_escaped(c, out);
    } else {
      out += character;
    }
    text.remove_prefix(character.size());
  }
  return out;
}

// The offset of the UTF-8 character that the byte at `at` belongs to.
std::size_t character_start(std::string_view text, std::size_t at) {
  constexpr std::size_t kLongest = 4;
  for (std::size_t back = 0; back < kLongest && back <= at; ++back) {
    if (utf8_character_length(text.substr(at - back)) > back) return at - back;
  }
  return at;
}

}  // namespace

std::string quote_name(std::string_view name) { return escaped(name, Backslashes::kEscape); }

std::string shortened_name(std::string_view name) {
  if (name.size() <= kMaxShownName) return std::string(name);
  return std::string(name.substr(0, kMaxShownName)) + "...";
}

std::string shown_name(std::string_view name) {
  if (name.size() <= kMaxShownName) return quote_name(name);
  return quote_name(name.substr(0, kMaxShownName)) + "...";
}

std::string safe_line(std::string_view text) {
  if (text.size() <= kMostMessageBytes) return escaped(text, Backslashes::kKeep);
  constexpr std::size_t kHead = kMostMessageBytes * 3 / 4;
  constexpr std::size_t kTail = kMostMessageBytes / 4;
  const std::size_t head = character_start(text, kHead);
  const std::size_t tail = character_start(text, text.size() - kTail);
  return fmt::format("{} [... {} bytes ...] {}", escaped(text.substr(0, head), Backslashes::kKeep),
                     tail - head, escaped(text.substr(tail), Backslashes::kKeep));
}

}  // namespace zvfs
