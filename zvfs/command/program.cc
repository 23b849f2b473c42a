#include "zvfs/command/program.h"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <exception>
#include <new>
#include <string>
#include <string_view>
#include <system_error>

#include "base/quoting.h"
#include "zvfs/command/messages.h"

namespace zvfs {
namespace {

constexpr char kDescription[] =
    "List, read, extract, compare, check and repair zvfs images without mounting them.";
constexpr char kFooter[] =
    "See `zvfs COMMAND --help` for the options of a command, and zvfs(1) for details.";

void declare_program(OptionSet& program, const std::vector<CommandPtr>& commands) {
  program.version(
      "-V,--version", [] { return "zvfs " ZVFS_VERSION; }, "Print the version and exit");
  program.footer(kFooter);
  for (const CommandPtr& command : commands) {
    command->declare(program.command(command->name(), command->summary()));
  }
}

Command* chosen(const OptionSet& program, const std::vector<CommandPtr>& commands) {
  const std::string name = program.chosen_command();
  const auto found = std::ranges::find_if(
      commands, [&](const CommandPtr& command) { return command->name() == name; });
  return found == commands.end() ? nullptr : found->get();
}

// The first argument that is not an option, if there is no such command; else empty.
std::string_view unknown_command(std::span<char* const> arguments,
                                 const std::vector<CommandPtr>& commands) {
  for (const std::string_view argument : arguments.subspan(1)) {
    if (argument.starts_with('-')) continue;
    const bool is_known = std::ranges::any_of(
        commands, [&](const CommandPtr& command) { return command->name() == argument; });
    return is_known ? std::string_view() : argument;
  }
  return {};
}

CommandStatus explain_usage_error(const Error& error, const Command* command,
                                  std::string_view unknown) {
  if (!unknown.empty()) {
    print_error("unknown command '{}', try 'zvfs --help'", quote_name(unknown));
    return CommandStatus::kFailure;
  }
  if (command == nullptr) {
    print_error("{}; `zvfs --help` lists the commands", error.message);
    return CommandStatus::kFailure;
  }
  set_message_prefix("zvfs " + command->name());
  print_error("{}; see `zvfs {} --help`", error.message, command->name());
  return command->usage_status();
}

CommandStatus run_command(Command& command) {
  set_message_prefix("zvfs " + command.name());
  const Result<CommandStatus> status = command.run();
  print_left_out();
  // Output that is not on stdout by now is lost: a full disk must not look like success.
  if (std::fflush(stdout) != 0 || std::ferror(stdout) != 0) {
    print_error("standard output: {}", std::generic_category().message(errno));
    return command.failure_status();
  }
  if (!status) {
    print_error("{}", status.error().message);
    return command.failure_status();
  }
  return *status;
}

}  // namespace

CommandStatus run_program(std::span<char* const> arguments, std::vector<CommandPtr> commands) {
  Command* command = nullptr;
  try {
    OptionSet program("zvfs", kDescription);
    declare_program(program, commands);
    const auto parsed = program.parse(arguments);
    command = chosen(program, commands);
    if (!parsed) {
      return explain_usage_error(parsed.error(), command, unknown_command(arguments, commands));
    }
    if (*parsed == OptionSet::Parsed::kQuestion) return CommandStatus::kSuccess;
    return run_command(*command);
  } catch (const std::bad_alloc&) {
    print_error("out of memory");
  } catch (const std::exception& error) {
    print_error("{}", error.what());
  }
  return command == nullptr ? CommandStatus::kFailure : command->failure_status();
}

}  // namespace zvfs
