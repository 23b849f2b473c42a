// Result<T>: a value or an Error. The names are those of std::expected (C++23).
#pragma once

#include <cassert>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

#include <fmt/core.h>

namespace zvfs {

enum class ErrorCode : std::uint8_t {
  kCorrupt,          ///< Bytes of an image contradict docs/format.md or their checksum.
  kUnsupported,      ///< The image is valid but needs a newer zvfs.
  kNotFound,         ///< No such name, attribute or file.
  kInvalidArgument,  ///< The caller's or the user's mistake.
  kIo,               ///< The operating system failed a read or a write.
  kTooLarge,         ///< A size exceeds a stated limit.
  kNoMemory,
};

/// Why an operation failed: a code for programs, and one line for people that names the
/// structure, the value, the limit and the offset where there are any.
struct Error {
  ErrorCode code;
  std::string message;

  /// The same error with "`where`: " before its message.
  [[nodiscard]] Error within(std::string_view where) && {
    return {code, fmt::format("{}: {}", where, message)};
  }
};

/// The error half of a Result; converts to any Result<T>.
class Unexpected {
 public:
  explicit Unexpected(Error error) : error_(std::move(error)) {}
  Error&& error() && { return std::move(error_); }

 private:
  Error error_;
};

/// Builds an Unexpected from a code and a {fmt} format string.
template <typename... Args>
[[nodiscard]] Unexpected fail(ErrorCode code, fmt::format_string<Args...> format, Args&&... args) {
  return Unexpected(Error{code, fmt::format(format, std::forward<Args>(args)...)});
}

/// fail(kIo) with the text of `error_number` (an errno) after the message.
[[nodiscard]] Unexpected fail_errno(int error_number, std::string_view message);

template <typename T>
class [[nodiscard]] Result {
 public:
  Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}
  Result(Unexpected unexpected) : state_(std::in_place_index<1>, std::move(unexpected).error()) {}

  [[nodiscard]] bool has_value() const { return state_.index() == 0; }
  explicit operator bool() const { return has_value(); }

  /// The value. Precondition: has_value().
  T& value() & { return *std::get_if<0>(&state_); }
  const T& value() const& { return *std::get_if<0>(&state_); }
  T value() && { return std::move(*std::get_if<0>(&state_)); }
  T& operator*() & { return value(); }
  const T& operator*() const& { return value(); }
  T operator*() && { return std::move(*this).value(); }
  T* operator->() { return &value(); }
  const T* operator->() const { return &value(); }

  /// The error. Precondition: !has_value().
  const Error& error() const& { return *std::get_if<1>(&state_); }
  Error&& error() && { return std::move(*std::get_if<1>(&state_)); }

 private:
  std::variant<T, Error> state_;
};

template <>
class [[nodiscard]] Result<void> {
 public:
  Result() = default;
  Result(Unexpected unexpected) : error_(std::move(unexpected).error()) {}

  [[nodiscard]] bool has_value() const { return !error_; }
  explicit operator bool() const { return has_value(); }
  void value() const { assert(has_value()); }

  const Error& error() const& { return *error_; }
  Error&& error() && { return *std::move(error_); }

 private:
  std::optional<Error> error_;
};

}  // namespace zvfs

/// The value of a Result, or return its error from the enclosing function:
///     const Inode inode = ZVFS_TRY(image.inode(number));
#define ZVFS_TRY(...)                                                                    \
  __extension__({                                                                        \
    auto zvfs_try_result = (__VA_ARGS__);                                                \
    if (!zvfs_try_result) return ::zvfs::Unexpected(std::move(zvfs_try_result).error()); \
    std::move(zvfs_try_result).value();                                                  \
  })
