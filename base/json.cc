#include "base/json.h"

#include <algorithm>
#include <cassert>
#include <cstdint>
#include <utility>

#include <fmt/core.h>
#include <nlohmann/json.hpp>

#include "base/base64.h"
#include "base/utf8.h"

namespace zvfs {

namespace {

// Escapes the control characters that JSON allows in strings as they are, but a terminal does not.
// Outside of strings there are none but newlines.
std::string with_escaped_controls(std::string json) {
  const auto is_plain = [](char c) { return c >= 0x20 && c < 0x7F; };
  if (std::ranges::all_of(json, is_plain)) return json;
  std::string safe;
  safe.reserve(json.size());
  for (std::string_view rest = json; !rest.empty();) {
    const std::string_view character =
        rest.substr(0, std::max<std::size_t>(utf8_character_length(rest), 1));
    const char32_t code = code_point_of(character);
    if (is_control(code) && code != '\n') {
      safe += fmt::format("\\u{:04x}", static_cast<std::uint32_t>(code));
    } else {
      safe += character;
    }
    rest.remove_prefix(character.size());
  }
  return safe;
}

}  // namespace

struct Json::Value {
  nlohmann::ordered_json json;

  // Unlike nlohmann's default, never throws on invalid UTF-8.
  [[nodiscard]] std::string dump(int indent) const {
    return with_escaped_controls(
        json.dump(indent, ' ', false, nlohmann::ordered_json::error_handler_t::replace));
  }
};

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

Json::Json(Value value) : value_(std::make_unique<Value>(std::move(value))) {}
Json::Json() : Json(Value()) {}
Json::Json(bool value) : Json(Value{value}) {}
Json::Json(int number) : Json(Value{number}) {}
Json::Json(long number) : Json(Value{number}) {}
Json::Json(unsigned number) : Json(Value{number}) {}
Json::Json(unsigned long number) : Json(Value{number}) {}
Json::Json(double number) : Json(Value{number}) {}
Json::Json(std::string_view text) : Json(Value{text}) {}
Json::Json(const std::string& text) : Json(Value{text}) {}
Json::Json(const char* text) : Json(Value{text}) {}

Json Json::array() { return Json(Value{nlohmann::ordered_json::array()}); }

Json Json::object(std::initializer_list<Member> members) {
  Json object(Value{nlohmann::ordered_json::object()});
  for (const Member& member : members) object.put(member.key, member.value);
  return object;
}

Json::Json(const Json& other) : Json(*other.value_) {}
Json::Json(Json&& other) noexcept = default;
Json& Json::operator=(const Json& other) { return *this = Json(other); }
Json& Json::operator=(Json&& other) noexcept = default;
Json::~Json() = default;

void Json::add(Json element) {
  assert(value_->json.is_array());
  value_->json.push_back(std::move(element.value_->json));
}

void Json::put(std::string_view key, Json value) {
  assert(value_->json.is_object());
  value_->json[std::string(key)] = std::move(value.value_->json);
}

void Json::put_text(std::string_view key, std::string_view bytes) {
  if (is_utf8(bytes)) {
    put(key, bytes);
    return;
  }
  put(key, with_replacements(bytes));
  put(std::string(key) + "_base64", base64(bytes));
}

bool Json::is_empty() const { return value_->json.empty(); }

std::string Json::dump() const { return value_->dump(-1); }
std::string Json::dump_indented() const { return value_->dump(2); }

}  // namespace zvfs
