#pragma once

#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>

namespace zvfs {

/// A JSON value to be written: null, a boolean, a number, a string, an array, or an object whose
/// members keep the order in which they were put. Copies are deep. Not thread-safe. A value that
/// was moved from can only be assigned to or destroyed.
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
  /// Strings. What is not UTF-8 in them is written as U+FFFD; put_text() keeps the bytes as well.
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

  /// Sets a member; one that is there already keeps its place. Precondition: this is an object.
  void put(std::string_view key, Json value);

  /// Sets the member `key` to `bytes`. JSON holds only Unicode: where `bytes` are not UTF-8, what
  /// is not becomes U+FFFD, and the member "<key>_base64" has the bytes themselves.
  void put_text(std::string_view key, std::string_view bytes);

  /// True for null, an array without elements, and an object without members.
  [[nodiscard]] bool is_empty() const;

  /// The value on one line, without a line end. A number that is not finite is written as null.
  [[nodiscard]] std::string dump() const;

  /// The value with a line for each element and member, indented by two spaces a level.
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
