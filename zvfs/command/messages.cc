#include "zvfs/command/messages.h"

#include <cstdio>
#include <new>
#include "base/quoting.h"
#include "base/standard_streams.h"

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
    print_to_stderr(fmt::format("{}: {}\n", message_prefix(), safe_line(message)));
  } catch (const std::bad_alloc&) {
    print_to_stderr("zvfs: out of memory\n");
  }
}

}  // namespace zvfs
