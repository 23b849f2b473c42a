#include "base/json.h"

#include <algorithm>
#include <cassert>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include <fmt/core.h>
#include <nlohmann/json.hpp>

#include "base/base64.h"
#include "base/utf8.h"

namespace zvfs {

namespace {

// Escapes the control characters that JSON allows in strings as they are, but a terminal does not.
std::string with_escaped_controls(std::string json) {
  const auto is_plain = [](char c) { return c >= 0x20 && c < 0x7F; };
  if (std::ranges::all_of(json, is_plain)) return json;
  std::string safe;
  safe.reserve(json.size());
  for (std::string_view rest = json; !rest.empty();) {
    const std::string_view character =
        rest.substr(0, std::max<std::size_t>(utf8_character_length(rest), 1));
    const char32_t code = code_point_of(character);
    if (is_control(code)) {
      safe += fmt::format("\\u{:04x}", static_cast<std::uint32_t>(code));
    } else {
      safe += character;
    }
    rest.remove_prefix(character.size());
  }
  return safe;
}

}  // namespace

// An array or object of its own rather than nlohmann's, whose destructor takes memory: where there
// is none, it would end the program.
struct Json::Value {
  enum class Kind : std::uint8_t { kScalar, kArray, kObject };
  using Layout = std::optional<std::size_t>;  // the spaces before a line; nothing: one line

  Kind kind = Kind::kScalar;
  nlohmann::ordered_json scalar = {};
  std::vector<Json> elements = {};     // the values of an object
  std::vector<std::string> keys = {};  // one for each

  // Unlike nlohmann's default, never throws on invalid UTF-8.
  static std::string dump(const nlohmann::ordered_json& scalar) {
    return with_escaped_controls(
        scalar.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace));
  }

  void write(std::string& out, Layout layout) const {
    if (kind == Kind::kScalar) {
      out += dump(scalar);
      return;
    }
    const Layout inner = layout ? Layout(*layout + 2) : layout;
    out += kind == Kind::kArray ? '[' : '{';
    for (std::size_t i = 0; i < elements.size(); ++i) {
      if (i > 0) out += ',';
      begin_line(out, inner);
      if (kind == Kind::kObject) out += dump(keys[i]) + (layout ? ": " : ":");
      elements[i].value_->write(out, inner);
    }
    if (!elements.empty()) begin_line(out, layout);
    out += kind == Kind::kArray ? ']' : '}';
  }

  static void begin_line(std::string& out, Layout layout) {
    if (!layout) return;
    out += '\n';
    out.append(*layout, ' ');
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
Json::Json(bool value) : Json(Value{.scalar = value}) {}
Json::Json(int number) : Json(Value{.scalar = number}) {}
Json::Json(long number) : Json(Value{.scalar = number}) {}
Json::Json(unsigned number) : Json(Value{.scalar = number}) {}
Json::Json(unsigned long number) : Json(Value{.scalar = number}) {}
Json::Json(double number) : Json(Value{.scalar = number}) {}
Json::Json(std::string_view text) : Json(Value{.scalar = text}) {}
Json::Json(const std::string& text) : Json(Value{.scalar = text}) {}
Json::Json(const char* text) : Json(Value{.scalar = text}) {}

Json Json::array() { return Json(Value{.kind = Value::Kind::kArray}); }

Json Json::object(std::initializer_list<Member> members) {
  Json object(Value{.kind = Value::Kind::kObject});
  for (const Member& member : members) object.put(member.key, member.value);
  return object;
}

Json::Json(const Json& other) : Json(*other.value_) {}
Json::Json(Json&& other) noexcept = default;
Json& Json::operator=(const Json& other) { return *this = Json(other); }
Json& Json::operator=(Json&& other) noexcept = default;
Json::~Json() = default;

void Json::add(Json element) {
  assert(value_->kind == Value::Kind::kArray);
  value_->elements.push_back(std::move(element));
}

void Json::put(std::string_view key, Json value) {
  assert(value_->kind == Value::Kind::kObject);
  const auto found = std::ranges::find(value_->keys, key);
  if (found != value_->keys.end()) {
    value_->elements[static_cast<std::size_t>(found - value_->keys.begin())] = std::move(value);
    return;
  }
  value_->keys.emplace_back(key);
  value_->elements.push_back(std::move(value));
}

void Json::put_text(std::string_view key, std::string_view bytes) {
  if (is_utf8(bytes)) {
    put(key, bytes);
    return;
  }
  put(key, with_replacements(bytes));
  put(std::string(key) + "_base64", base64(bytes));
}

bool Json::is_empty() const {
  return value_->kind == Value::Kind::kScalar ? value_->scalar.is_null() : value_->elements.empty();
}

std::string Json::dump() const {
  std::string text;
  value_->write(text, std::nullopt);
  return text;
}

std::string Json::dump_indented() const {
  std::string text;
  value_->write(text, 0);
  return text;
}

}  // namespace zvfs
