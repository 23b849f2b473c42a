// Messages for people, on stderr: one line each, "zvfs ls: message". Thread-safe.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include <fmt/core.h>

namespace zvfs {

/// Sets the prefix of every message, before ": ". Initially "zvfs". Not thread-safe.
void set_message_prefix(std::string prefix);

/// Prints the line "`prefix`: `message`", in one write; "zvfs: out of memory" if there is none for
/// it. Names in a message should be quoted, by quote_name(); whatever else is in it gets no further
/// than safe_line() lets it.
void print_message(std::string_view message) noexcept;

/// As print_message(), for a message of which there may be one for each entry of an image. Only the
/// first kMostEntryMessages are printed.
void print_entry_message(std::string_view message);
inline constexpr std::uint64_t kMostEntryMessages = 1000;

/// Prints how many messages about entries were left out, if any were. Call at the end.
void print_left_out();

template <typename... Args>
void print_error(fmt::format_string<Args...> format, Args&&... args) {
  print_message(fmt::format(format, std::forward<Args>(args)...));
}

}  // namespace zvfs
