#pragma once

#include <memory>
#include <string>

#include "base/option_set.h"
#include "base/result.h"

namespace zvfs {

/// What `zvfs` exits with, as diff(1), grep(1) and tar(1) do; `check` and `repair` as fsck(8) does.
enum class CommandStatus : int {
  kSuccess = 0,
  kPartial = 1,           ///< Done, but not all was there or could be done.
  kDifferent = kPartial,  ///< Of `diff`: all was compared, and it differs.
  kFailure = 2,           ///< Wrong usage, or the operation failed.
  kErrorsLeft = 4,        ///< The image is damaged.
  kOperationalError = 8,  ///< The image was not checked, or no other one made.
  kUsageError = 16,
};

/// A subcommand of `zvfs`. Each lives in a file of its own, <name>_command.cc; commands.h declares
/// it, and command_list.cc lists it. program.cc does what all have in common. Used once, by one
/// thread.
class Command {
 public:
  Command() = default;
  Command(const Command&) = delete;
  Command& operator=(const Command&) = delete;
  virtual ~Command() = default;

  /// What it is called by: `zvfs NAME`.
  [[nodiscard]] virtual std::string name() const = 0;

  /// What it does, as a phrase for the list of commands: "List what is in an image".
  [[nodiscard]] virtual std::string summary() const = 0;

  /// Declares options and operands, bound to members. A command that takes -h for itself calls
  /// options.help_names("--help") first.
  virtual void declare(OptionSet& options) = 0;

  /// Runs after the options were parsed, and returns what to exit with. Results go to stdout, which
  /// the caller flushes and checks; messages for people go to stderr (messages.h). An error is
  /// printed by the caller, as "zvfs NAME: message".
  virtual Result<CommandStatus> run() = 0;

  /// What to exit with after a failed run() and after wrong usage.
  [[nodiscard]] virtual CommandStatus failure_status() const { return CommandStatus::kFailure; }
  [[nodiscard]] virtual CommandStatus usage_status() const { return CommandStatus::kFailure; }
};

using CommandPtr = std::unique_ptr<Command>;

}  // namespace zvfs
