// Result<T>: a value or an Error. The names are those of std::expected (C++23).
#pragma once

#include <cassert>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include <fmt/core.h>

namespace zvfs {

enum class ErrorCode : std::uint8_t {
  kCorrupt,          ///< Bytes of an image contradict docs/format.md or their checksum.
  kUnsupported,      ///< The image is valid but needs a newer zvfs.
  kNotFound,         ///< No such name, attribute or file.
  kInvalidArgument,  ///< The caller's or the user's mistake.
  kIo,               ///< The operating system failed a read or a write.
  kExhausted,        ///< The system has no descriptors or no space left.
  kTooLarge,         ///< A size exceeds a stated limit.
  kNoMemory,
  kCancelled,  ///< Nobody wants the result any more (format/task.h).
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

/// The error of a thread that has run out of memory. It takes none itself: the message is short
/// enough for a std::string without an allocation.
[[nodiscard]] inline Error out_of_memory() noexcept {
  return {ErrorCode::kNoMemory, "out of memory"};
}

/// What an exception means, for a catch block: the error of a std::bad_alloc is out_of_memory().
/// Only valid while an exception is being handled.
[[nodiscard]] Error caught_error() noexcept;

/// True for an error that is no fault of the file at hand: the next file would fail in the same
/// way.
[[nodiscard]] inline bool is_of_system(const Error& error) {
  return error.code == ErrorCode::kNoMemory || error.code == ErrorCode::kExhausted;
}

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

/// The error of a failed system call, with the text of `error_number` (its errno) after the
/// message, if there is one: NoMemory (ENOMEM), Exhausted (EMFILE, ENFILE, ENOSPC, EDQUOT), or else
/// Io.
[[nodiscard]] Unexpected fail_errno(int error_number, std::string_view message);

/// A value or an Error. Hand-written rather than a std::variant, which takes twice as long to
/// compile in nearly every file and makes a seventh more code.
template <typename T>
class [[nodiscard]] Result {
  static_assert(std::is_nothrow_move_constructible_v<T>, "an assignment must not end half done");

 public:
  Result(T value) : has_value_(true) { std::construct_at(&value_, std::move(value)); }
  Result(Unexpected unexpected) : has_value_(false) {
    std::construct_at(&error_, std::move(unexpected).error());
  }
  Result(const Result& other) : has_value_(other.has_value_) {
    if (has_value_) {
      std::construct_at(&value_, other.value_);
    } else {
      std::construct_at(&error_, other.error_);
    }
  }
  Result(Result&& other) noexcept : has_value_(other.has_value_) { take(other); }
  Result& operator=(const Result& other) { return *this = Result(other); }
  Result& operator=(Result&& other) noexcept {
    if (this == &other) return *this;
    destroy();
    has_value_ = other.has_value_;
    take(other);
    return *this;
  }
  ~Result() { destroy(); }

  [[nodiscard]] bool has_value() const { return has_value_; }
  explicit operator bool() const { return has_value(); }

  /// The value. Precondition: has_value().
  T& value() & { return value_; }
  const T& value() const& { return value_; }
  T value() && { return std::move(value_); }
  T& operator*() & { return value(); }
  const T& operator*() const& { return value(); }
  T operator*() && { return std::move(*this).value(); }
  T* operator->() { return &value(); }
  const T* operator->() const { return &value(); }

  /// The error. Precondition: !has_value().
  const Error& error() const& { return error_; }
  Error&& error() && { return std::move(error_); }

 private:
  // Precondition: neither member is alive, and has_value_ is that of `other`.
  void take(Result& other) noexcept {
    if (has_value_) {
      std::construct_at(&value_, std::move(other.value_));
    } else {
      std::construct_at(&error_, std::move(other.error_));
    }
  }
  void destroy() noexcept {
    if (has_value_) {
      std::destroy_at(&value_);
    } else {
      std::destroy_at(&error_);
    }
  }

  bool has_value_;
  union {
    T value_;
    Error error_;
  };
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

/// As ZVFS_TRY, but puts `where`, such as a path, before the message: what the user can look for.
///     file = ZVFS_TRY_IN(path, AtomicFile::create(path));
#define ZVFS_TRY_IN(where, ...)                                                    \
  __extension__({                                                                  \
    auto zvfs_try_result = (__VA_ARGS__);                                          \
    if (!zvfs_try_result) {                                                        \
      return ::zvfs::Unexpected(std::move(zvfs_try_result).error().within(where)); \
    }                                                                              \
    std::move(zvfs_try_result).value();                                            \
  })

/// The value of a Result, or return its error from the enclosing function:
///     const Inode inode = ZVFS_TRY(image.inode(number));
#define ZVFS_TRY(...)                                                                    \
  __extension__({                                                                        \
    auto zvfs_try_result = (__VA_ARGS__);                                                \
    if (!zvfs_try_result) return ::zvfs::Unexpected(std::move(zvfs_try_result).error()); \
    std::move(zvfs_try_result).value();                                                  \
  })
