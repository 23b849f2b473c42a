#include <cstddef>
#include <span>
#include <string_view>

#include "base/result.h"
#include "base/standard_streams.h"
#include "zvfs/command/messages.h"
#include "zvfs/command/program.h"
#include "zvfs/command_list.h"

namespace {

// The exit code where memory is so short that there is no command to ask.
zvfs::CommandStatus failure_status(std::span<char* const> arguments) {
  using zvfs::CommandStatus;
  const std::string_view name = arguments.size() > 1 ? arguments[1] : "";
  const bool is_as_fsck = name == "check" || name == "repair";
  return is_as_fsck ? CommandStatus::kOperationalError : CommandStatus::kFailure;
}

}  // namespace

int main(int argc, char** argv) {
  zvfs::open_standard_streams();
  zvfs::fail_at_size_limit();
  const std::span<char* const> arguments(argv, static_cast<std::size_t>(argc));
  try {
    return static_cast<int>(zvfs::run_program(arguments, zvfs::all_commands()));
  } catch (...) {
    zvfs::print_message(zvfs::caught_error().message);
    return static_cast<int>(failure_status(arguments));
  }
}
