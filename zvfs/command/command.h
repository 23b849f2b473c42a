#pragma once

#include <memory>
#include <string>

#include "base/option_set.h"
#include "base/result.h"
#include "zvfs/command/exit_code.h"

namespace zvfs {

/// A subcommand of `zvfs`. Each lives in a file of its own, <name>_command.{h,cc}, and is listed in
/// command_list.cc; program.cc does what all have in common. Used once, by one thread.
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

  /// Runs after the options were parsed, and returns the exit code. Results go to stdout, which
  /// the caller flushes and checks; messages for people go to stderr (messages.h). An error is
  /// printed by the caller, as "zvfs NAME: message".
  virtual Result<int> run() = 0;

  /// The exit codes for a failed run() and for wrong usage.
  [[nodiscard]] virtual int failure_code() const { return kExitFailure; }
  [[nodiscard]] virtual int usage_code() const { return kExitFailure; }
};

using CommandPtr = std::unique_ptr<Command>;

}  // namespace zvfs
