#include "zvfs/command/program.h"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <exception>
#include <new>
#include <string>
#include <string_view>

#include "base/quoting.h"
#include "base/signal_cleanup.h"
#include "base/standard_streams.h"
#include "zvfs/command/messages.h"

namespace zvfs {
namespace {

constexpr char kDescription[] =
    "List, read, extract, compare, verify, check and repair zvfs images without mounting them.";
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

// The first argument, unless it is a command. zvfs itself has no options but those that would have
// been answered.
std::string_view unknown_word(std::span<char* const> arguments,
                              const std::vector<CommandPtr>& commands) {
  if (arguments.size() < 2) return {};
  const std::string_view word = arguments[1];
  const bool is_known = std::ranges::any_of(
      commands, [&](const CommandPtr& command) { return command->name() == word; });
  return is_known ? std::string_view() : word;
}

// The command that the first argument names, if any. Takes no memory, so that even a program that
// has none ends with that command's exit code.
Command* first_word(std::span<char* const> arguments, const std::vector<CommandPtr>& commands) {
  if (arguments.size() < 2) return nullptr;
  const auto found = std::ranges::find_if(commands, [&](const CommandPtr& command) {
    return command->name() == std::string_view(arguments[1]);
  });
  return found == commands.end() ? nullptr : found->get();
}

CommandStatus explain_usage_error(const Error& error, const Command* command,
                                  std::string_view unknown) {
  if (!unknown.empty()) {
    const std::string_view what = unknown.starts_with('-') ? "option" : "command";
    print_error("unknown {} '{}', try 'zvfs --help'", what, quote_name(unknown));
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
  if (const auto flushed = flush_standard_output(); !flushed) {
    print_message(flushed.error().message);
    return command.failure_status();
  }
  if (!status) {
    print_error("{}", status.error().message);
    return command.failure_status();
  }
  return *status;
}

CommandStatus failure_status(const Command* command) {
  return command == nullptr ? CommandStatus::kFailure : command->failure_status();
}

// --help and --version have printed their answer.
CommandStatus end_answer(const Command* command) {
  const auto flushed = flush_standard_output();
  if (flushed) return CommandStatus::kSuccess;
  print_message(flushed.error().message);
  return failure_status(command);
}

}  // namespace

CommandStatus run_program(std::span<char* const> arguments, std::vector<CommandPtr> commands) {
  Command* command = first_word(arguments, commands);
  const ExitCleanup cleanup("zvfs", static_cast<int>(failure_status(command)));
  try {
    OptionSet program("zvfs", kDescription);
    declare_program(program, commands);
    const auto parsed = program.parse(arguments);
    command = chosen(program, commands);
    if (!parsed) {
      return explain_usage_error(parsed.error(), command, unknown_word(arguments, commands));
    }
    if (*parsed == OptionSet::Parsed::kQuestion) return end_answer(command);
    return run_command(*command);
  } catch (...) {
    print_message(caught_error().message);
  }
  return failure_status(command);
}

}  // namespace zvfs
