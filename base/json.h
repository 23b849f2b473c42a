#pragma once

#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>

namespace zvfs {

/// A JSON value to write: null, a boolean, a number, a string, an array, or an object whose members
/// keep the order in which they were put. Copies are deep. Not thread-safe. A moved-from value can
/// only be assigned to or destroyed.
class Json {
 public:
  struct Member;

  Json();  ///< null
  Json(bool value);
  Json(int number);
  Json(long number);
  Json(unsigned number);
  Json(unsigned long number);
  Json(double number);
  /// A string. Invalid UTF-8 in it becomes U+FFFD; put_text() also keeps the original bytes.
  Json(std::string_view text);
  Json(const std::string& text);
  Json(const char* text);

  static Json array();
  static Json object(std::initializer_list<Member> members = {});

  Json(const Json& other);
  Json(Json&& other) noexcept;
  Json& operator=(const Json& other);
  Json& operator=(Json&& other) noexcept;
  ~Json();

  /// Appends an element. Precondition: this is an array.
  void add(Json element);

  /// Sets a member; an existing one keeps its place. Precondition: this is an object.
  void put(std::string_view key, Json value);

  /// Sets the member `key` to `bytes`. JSON holds only Unicode: if `bytes` are not UTF-8, the
  /// invalid ones become U+FFFD, and the member "<key>_base64" has the original bytes.
  void put_text(std::string_view key, std::string_view bytes);

  /// True for null, an empty array and an empty object.
  [[nodiscard]] bool is_empty() const;

  /// The value on one line, without a newline. A number that is not finite becomes null. Control
  /// characters (those of is_control(), utf8.h) are escaped, so that it is safe on a terminal.
  [[nodiscard]] std::string dump() const;

  /// The value with one line for each element and member, indented by two spaces a level.
  [[nodiscard]] std::string dump_indented() const;

 private:
  struct Value;  // of the JSON library, which is slow to compile: only json.cc sees it
  explicit Json(Value value);

  std::unique_ptr<Value> value_;
};

struct Json::Member {
  std::string_view key;
  Json value;
};

}  // namespace zvfs
