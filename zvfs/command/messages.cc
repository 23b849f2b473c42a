#include "zvfs/command/messages.h"

#include <atomic>
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

std::atomic<std::uint64_t> entry_messages = 0;

}  // namespace

void set_message_prefix(std::string prefix) { message_prefix() = std::move(prefix); }

void print_message(std::string_view message) noexcept {
  try {
    print_to_stderr(fmt::format("{}: {}\n", message_prefix(), safe_line(message)));
  } catch (const std::bad_alloc&) {
    print_to_stderr("zvfs: out of memory\n");
  }
}

void print_entry_message(std::string_view message) {
  if (entry_messages.fetch_add(1) < kMostEntryMessages) print_message(message);
}

void print_left_out() {
  const std::uint64_t count = entry_messages.exchange(0);
  if (count > kMostEntryMessages) {
    print_error("{} more messages, not shown", count - kMostEntryMessages);
  }
}

}  // namespace zvfs
