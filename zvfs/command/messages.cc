#include "zvfs/command/messages.h"

#include <cstdio>
#include <new>

namespace zvfs {
namespace {

std::string& message_prefix() {
  static std::string prefix = "zvfs";
  return prefix;
}

}  // namespace

void set_message_prefix(std::string prefix) { message_prefix() = std::move(prefix); }

void print_message(std::string_view message) noexcept {
  try {
    const std::string line = fmt::format("{}: {}\n", message_prefix(), message);
    std::fwrite(line.data(), 1, line.size(), stderr);  // NOLINT: there is nobody left to tell
  } catch (const std::bad_alloc&) {
    std::fputs("zvfs: out of memory\n", stderr);
  }
}

}  // namespace zvfs
