#include "fuse/serve/killed_caller.h"

#include <array>
#include <charconv>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <fcntl.h>

#include "base/unique_fd.h"

namespace zvfs {
namespace {

constexpr std::uint64_t bit_of(int signal) { return std::uint64_t{1} << (signal - 1); }

// Those whose default action does not end a process (signal(7)).
constexpr std::uint64_t kHarmless = bit_of(SIGCHLD) | bit_of(SIGCONT) | bit_of(SIGURG) |
                                    bit_of(SIGWINCH) | bit_of(SIGSTOP) | bit_of(SIGTSTP) |
                                    bit_of(SIGTTIN) | bit_of(SIGTTOU);

// The set of signals in the line that begins with `name`: sixteen hexadecimal digits.
std::uint64_t signals_of(std::string_view status, std::string_view name) {
  std::uint64_t set = 0;
  const std::size_t line = status.find(name);
  if (line == std::string_view::npos) return 0;
  const std::string_view digits = status.substr(line + name.size());
  std::from_chars(digits.data(), digits.data() + digits.size(), set, 16);
  return set;
}

}  // namespace

bool shows_deadly_signal(std::string_view status) {
  const auto get = [&](std::string_view name) { return signals_of(status, name); };
  const std::uint64_t pending = get("\nSigPnd:\t") | get("\nShdPnd:\t");
  const std::uint64_t handled = get("\nSigBlk:\t") | get("\nSigIgn:\t") | get("\nSigCgt:\t");
  return (pending & ~handled & ~kHarmless) != 0;
}

bool is_being_killed(pid_t thread) {
  std::array<char, 32> path = {};  // no std::string: its memory may fail
  std::snprintf(path.data(), path.size(), "/proc/%d/status", thread);
  const UniqueFd file(::open(path.data(), O_RDONLY | O_CLOEXEC));
  std::array<char, 4096> text;
  const ssize_t size = file.is_open() ? ::read(file.get(), text.data(), text.size()) : -1;
  if (size <= 0) return true;
  return shows_deadly_signal({text.data(), static_cast<std::size_t>(size)});
}

}  // namespace zvfs
