#include "zvfs/command/messages.h"

#include <cstdio>

#include <fmt/format.h>

namespace zvfs {
namespace {

std::string& message_prefix() {
  static std::string prefix = "zvfs";
  return prefix;
}

}  // namespace

void set_message_prefix(std::string prefix) { message_prefix() = std::move(prefix); }

void print_message(std::string_view message) {
  fmt::memory_buffer line;  // takes no memory for a line of usual length
  fmt::format_to(fmt::appender(line), "{}: {}\n", message_prefix(), message);
  std::fwrite(line.data(), 1, line.size(), stderr);  // NOLINT: there is nobody left to tell
}

}  // namespace zvfs
