#pragma once

#include <memory>
#include <string>

#include "base/option_set.h"
#include "base/result.h"

namespace zvfs {

/// The exit statuses of `zvfs`: those of diff(1), grep(1) and tar(1); for `check` and `repair`,
/// those of fsck(8).
enum class CommandStatus : int {
  kSuccess = 0,
  kPartial = 1,           ///< Done, except for some things that were missing or failed.
  kDifferent = kPartial,  ///< `diff` compared everything and found differences.
  kFailure = 2,           ///< Wrong usage, or the operation failed.
  kErrorsLeft = 4,        ///< The image is damaged.
  kOperationalError = 8,  ///< The image was not checked, or no new one was made.
  kUsageError = 16,
};

/// A subcommand of `zvfs`. Each has its own file, <name>_command.cc; commands.h declares it,
/// command_list.cc lists it, and program.cc does everything that is common to all. Used once, by
/// one thread.
class Command {
 public:
  Command() = default;
  Command(const Command&) = delete;
  Command& operator=(const Command&) = delete;
  virtual ~Command() = default;

  /// The NAME in `zvfs NAME`.
  [[nodiscard]] virtual std::string name() const = 0;

  /// A phrase for the list of commands: "List what is in an image".
  [[nodiscard]] virtual std::string summary() const = 0;

  /// Declares options and operands, bound to members. A command with its own -h calls
  /// options.help_names("--help") first.
  virtual void declare(OptionSet& options) = 0;

  /// Runs after the options were parsed, and returns the exit status. Results go to stdout, which
  /// the caller flushes and checks; messages for people go to stderr (messages.h). The caller
  /// prints an error as "zvfs NAME: message".
  virtual Result<CommandStatus> run() = 0;

  /// The exit statuses after a failed run() and after wrong usage.
  [[nodiscard]] virtual CommandStatus failure_status() const { return CommandStatus::kFailure; }
  [[nodiscard]] virtual CommandStatus usage_status() const { return CommandStatus::kFailure; }
};

using CommandPtr = std::unique_ptr<Command>;

}  // namespace zvfs
