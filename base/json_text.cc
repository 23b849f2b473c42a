#include "base/json_text.h"

#include <cstdint>
#include <string>

#include "base/utf8.h"

namespace zvfs {
namespace {

std::string with_replacements(std::string_view bytes) {
  std::string text;
  while (!bytes.empty()) {
    const std::size_t length = utf8_character_length(bytes);
    text += length == 0 ? "\uFFFD" : bytes.substr(0, length);
    bytes.remove_prefix(length == 0 ? 1 : length);
  }
  return text;
}

}  // namespace

void put_text(nlohmann::ordered_json& object, std::string_view key, std::string_view bytes) {
  const std::string name(key);
  if (is_utf8(bytes)) {
    object[name] = bytes;
    return;
  }
  object[name] = with_replacements(bytes);
  object[name + "_base64"] = base64(bytes);
}

std::string base64(std::string_view bytes) {
  constexpr std::string_view kDigits =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string text;
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    const std::string_view group = bytes.substr(i, 3);
    std::uint32_t bits = 0;
    for (std::size_t j = 0; j < 3; ++j) {
      bits = bits << 8 | (j < group.size() ? static_cast<std::uint8_t>(group[j]) : 0U);
    }
    for (std::size_t j = 0; j < 4; ++j) {
      text += j <= group.size() ? kDigits[bits >> (18 - 6 * j) & 63] : '=';
    }
  }
  return text;
}

}  // namespace zvfs
