#include "zvfs/command/program.h"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <exception>
#include <new>
#include <string>
#include <string_view>
#include <system_error>

#include <CLI/CLI.hpp>

#include "zvfs/command/messages.h"

namespace zvfs {
namespace {

constexpr char kDescription[] =
    "Looks into zvfs images, and checks, compares, repairs and extracts them, without mounting.";
constexpr char kFooter[] =
    "`zvfs COMMAND --help` says what a command takes; zvfs(1) says it in full.";

// Help as mkimage prints it: what an option takes by one word, nothing of its type and its bounds.
class HelpFormatter final : public CLI::Formatter {
 public:
  std::string make_option_opts(const CLI::Option* option) const override {
    const std::string type = option->get_type_name();
    if (option->get_positional() || option->get_type_size() == 0) return "";
    const std::size_t bounds = type.find(':');  // but "OFF[:LEN]" is a name
    const bool has_bounds = bounds != type.npos && (bounds == 0 || type[bounds - 1] != '[');
    return ' ' + (has_bounds ? type.substr(0, bounds) : type);
  }
};

void declare_program(CLI::App& app, const std::vector<CommandPtr>& commands) {
  app.name("zvfs");
  app.formatter(std::make_shared<HelpFormatter>());
  app.footer(kFooter);
  app.set_help_flag("-h,--help", "Print this and exit");
  app.set_version_flag("-V,--version", "zvfs " ZVFS_VERSION, "Print the version and exit");
  app.require_subcommand(1);
  for (const CommandPtr& command : commands) {
    CLI::App* options = app.add_subcommand(command->name(), command->summary());
    options->footer("");
    command->declare(*options);
  }
}

// CLI11 takes "[ab]" for a list with the element "ab", but for us it is a glob. "./[ab]" is the
// same path, and no list. CLI11 also wants the last argument first.
std::vector<std::string> reversed_arguments(std::span<char* const> arguments) {
  std::vector<std::string> reversed;
  for (const char* const argument : arguments.subspan(1)) {
    const std::string_view text(argument);
    reversed.push_back((text.starts_with('[') ? "./" : "") + std::string(text));
  }
  std::reverse(reversed.begin(), reversed.end());
  return reversed;
}

Command* chosen(const CLI::App& app, const std::vector<CommandPtr>& commands) {
  for (const CommandPtr& command : commands) {
    if (app.got_subcommand(command->name())) return command.get();
  }
  return nullptr;
}

// Help and version are "errors" of CLI11 with exit code 0, which print to stdout.
int explain(const CLI::App& app, const CLI::ParseError& error, const Command* command) {
  if (error.get_exit_code() == static_cast<int>(CLI::ExitCodes::Success)) return app.exit(error);
  if (command == nullptr) {
    print_error("{}; `zvfs --help` lists the commands", error.what());
    return kExitFailure;
  }
  set_message_prefix("zvfs " + command->name());
  print_error("{}; see `zvfs {} --help`", error.what(), command->name());
  return command->usage_code();
}

int run_command(Command& command) {
  set_message_prefix("zvfs " + command.name());
  const Result<int> code = command.run();
  // What is not on stdout by now was lost: a full disk must not look like success.
  if (std::fflush(stdout) != 0 || std::ferror(stdout) != 0) {
    print_error("standard output: {}", std::generic_category().message(errno));
    return command.failure_code();
  }
  if (!code) {
    print_error("{}", code.error().message);
    return command.failure_code();
  }
  return *code;
}

}  // namespace

int run_program(std::span<char* const> arguments, std::vector<CommandPtr> commands) {
  Command* command = nullptr;
  try {
    CLI::App app(kDescription);
    declare_program(app, commands);
    try {
      app.parse(reversed_arguments(arguments));
    } catch (const CLI::ParseError& error) {
      return explain(app, error, chosen(app, commands));
    }
    command = chosen(app, commands);
    return run_command(*command);
  } catch (const std::bad_alloc&) {
    print_error("out of memory");
  } catch (const std::exception& error) {
    print_error("{}", error.what());
  }
  return command == nullptr ? kExitFailure : command->failure_code();
}

}  // namespace zvfs
