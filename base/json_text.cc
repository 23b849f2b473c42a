#include "base/json_text.h"

#include <string>

#include "base/base64.h"
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

}  // namespace zvfs
