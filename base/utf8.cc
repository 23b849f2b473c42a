#include "base/utf8.h"

#include <algorithm>
#include <cstdint>

namespace zvfs {

std::size_t utf8_character_length(std::string_view text) {
  if (text.empty()) return 0;
  const auto byte = [&](std::size_t i) { return static_cast<std::uint8_t>(text[i]); };
  const std::uint8_t lead = byte(0);
  if (lead < 0x80) return 1;
  if (lead < 0xC2 || lead > 0xF4) return 0;
  const std::size_t length = lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
  if (text.size() < length) return 0;
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xC0) != 0x80) return 0;
  }
  const bool overlong = (lead == 0xE0 && byte(1) < 0xA0) || (lead == 0xF0 && byte(1) < 0x90);
  const bool surrogate = lead == 0xED && byte(1) > 0x9F;
  const bool above_limit = lead == 0xF4 && byte(1) > 0x8F;
  return overlong || surrogate || above_limit ? 0 : length;
}

bool is_utf8(std::string_view text) {
  const auto is_ascii = [](char c) { return static_cast<std::uint8_t>(c) < 0x80; };
  if (std::ranges::all_of(text, is_ascii)) return true;
  while (!text.empty()) {
    const std::size_t length = utf8_character_length(text);
    if (length == 0) return false;
    text.remove_prefix(length);
  }
  return true;
}

char32_t code_point_of(std::string_view character) {
  const auto lead = static_cast<std::uint8_t>(character.front());
  if (character.size() == 1) return lead;
  char32_t code = lead & (0x7FU >> character.size());
  for (const char c : character.substr(1))
    code = code << 6 | (static_cast<std::uint8_t>(c) & 0x3FU);
  return code;
}

bool is_control(char32_t character) {
  const auto is_from = [&](char32_t first, char32_t last) {
    return first <= character && character <= last;
  };
  return is_from(0, 0x1F) || is_from(0x7F, 0x9F) || is_from(0x2028, 0x202E) ||
         is_from(0x2066, 0x2069);
}

}  // namespace zvfs
