#include "zvfs/command/messages.h"

#include <atomic>
#include <cstdio>

namespace zvfs {
namespace {

std::string& message_prefix() {
  static std::string prefix = "zvfs";
  return prefix;
}

std::atomic<std::uint64_t> entry_messages = 0;

}  // namespace

void set_message_prefix(std::string prefix) { message_prefix() = std::move(prefix); }

void print_message(std::string_view message) {
  const std::string line = fmt::format("{}: {}\n", message_prefix(), message);
  std::fwrite(line.data(), 1, line.size(), stderr);  // NOLINT: there is nobody left to tell
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
