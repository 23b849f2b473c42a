#include <cstddef>
#include <span>

#include "base/result.h"
#include "base/standard_streams.h"
#include "zvfs/command/messages.h"
#include "zvfs/command/program.h"
#include "zvfs/command_list.h"

int main(int argc, char** argv) {
  zvfs::open_standard_streams();
  const std::span<char* const> arguments(argv, static_cast<std::size_t>(argc));
  try {
    return static_cast<int>(zvfs::run_program(arguments, zvfs::all_commands()));
  } catch (...) {
    zvfs::print_message(zvfs::caught_error().message);
    return static_cast<int>(zvfs::CommandStatus::kFailure);
  }
}
