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

bool is_control(std::string_view character) {
  const auto lead = static_cast<std::uint8_t>(character.front());
  if (character.size() == 1) return lead < 0x20 || lead == 0x7F;
  return lead == 0xC2 && static_cast<std::uint8_t>(character[1]) < 0xA0;
}

}  // namespace

std::string quote_name(std::string_view name) {
  std::string quoted;
  quoted.reserve(name.size());
  while (!name.empty()) {
    const std::size_t length = utf8_character_length(name);
    const std::string_view character = name.substr(0, length == 0 ? 1 : length);
    if (length == 0 || character == "\\" || is_control(character)) {
      for (const char c : character) append_escaped(c, quoted);
    } else {
      quoted += character;
    }
    name.remove_prefix(character.size());
  }
  return quoted;
}

}  // namespace zvfs
