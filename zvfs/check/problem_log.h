#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/core.h>

namespace zvfs {

/// Collects the problems that a check finds, one line each: what, where, value, limit. Counts all,
/// but passes on only the first of each kind, since a hostile image can have billions. Problems of
/// one kind have the same format string. Not thread-safe.
class ProblemLog {
 public:
  using Listener = std::function<void(std::string_view message)>;

  /// How many problems of a kind are passed on.
  static constexpr std::uint64_t kMostOfAKind = 100;

  /// Passes the problems to `listener` at once.
  explicit ProblemLog(Listener listener) : listener_(std::move(listener)) {}

  template <typename... Args>
  void add(fmt::format_string<Args...> format, Args&&... args) {
    if (const fmt::string_view text = format; Kind* const kind = admit({text.data(), text.size()}))
      show(*kind, fmt::format(format, std::forward<Args>(args)...));
  }
  /// Adds a problem that another part has put into words. Borrows `kind`, a literal.
  void add_message(std::string_view kind, std::string_view message) {
    if (Kind* const known = admit(kind)) show(*known, std::string(message));
  }

  /// Tells how many problems of each kind were not passed on. Call once, after the last.
  void finish() const;

  [[nodiscard]] std::uint64_t count() const { return count_; }

 private:
  struct Kind {
    std::string_view name;
    std::uint64_t count = 0;
    std::string last = {};  // that was passed on
  };

  Kind* admit(std::string_view name);
  void show(Kind& kind, std::string message);

  Listener listener_;
  std::uint64_t count_ = 0;
  std::vector<Kind> kinds_;  // a few dozen, by their first problem
};

}  // namespace zvfs
