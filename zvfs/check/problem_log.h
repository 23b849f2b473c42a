#pragma once

#include <cstdint>
#include <functional>
#include <string_view>
#include <utility>

#include <fmt/core.h>

namespace zvfs {

/// Takes what a check finds wrong, one line each: what, where, value, limit. Not thread-safe.
class ProblemLog {
 public:
  using Listener = std::function<void(std::string_view message)>;

  /// `listener` is called at once for each problem.
  explicit ProblemLog(Listener listener) : listener_(std::move(listener)) {}

  void add_message(std::string_view message) {
    ++count_;
    listener_(message);
  }
  template <typename... Args>
  void add(fmt::format_string<Args...> format, Args&&... args) {
    add_message(fmt::format(format, std::forward<Args>(args)...));
  }

  [[nodiscard]] std::uint64_t count() const { return count_; }

 private:
  Listener listener_;
  std::uint64_t count_ = 0;
};

}  // namespace zvfs
