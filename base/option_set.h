#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"

namespace CLI {
class App;
class Option;
}  // namespace CLI

namespace zvfs {

/// The options and operands of a program or of one of its subcommands. Each is bound to a variable,
/// which must outlive parse() and keeps its value unless the option is given. Options are declared
/// as --help shows them: "-C,--directory DIR". Not thread-safe.
class OptionSet {
 public:
  /// Refers to what was just declared, to say more of it: set.flag(...).excludes(other).
  class Option {
   public:
    Option required() const;
    Option needs(Option other) const;     ///< Given alone, it is a usage error.
    Option excludes(Option other) const;  ///< Given together, they are a usage error.

    /// Of a number: what else is a usage error.
    Option between(std::int64_t min, std::int64_t max) const;
    Option at_least(std::uint64_t min) const;

   private:
    friend class OptionSet;
    explicit Option(CLI::Option* option) : option_(option) {}

    CLI::Option* option_;
  };

  /// Takes one value of an option. An error is a usage error, told with the name of the option.
  using Take = std::function<Result<void>(const std::string& value)>;

  /// What parse() leaves to do.
  enum class Parsed : std::uint8_t {
    kOptions,   ///< The variables are set: run the program.
    kQuestion,  ///< --help or --version, which has been answered on standard output: exit.
  };

  /// `description` opens the text of --help. There is an option -h,--help already.
  OptionSet(const std::string& program, const std::string& description);
  ~OptionSet();
  OptionSet(const OptionSet&) = delete;
  OptionSet& operator=(const OptionSet&) = delete;

  /// An option without a value, such as "-f,--force"; given, it makes `target` true.
  Option flag(const std::string& names, bool& target, const std::string& help);

  /// An option with a value: names, a space, and what --help calls the value. `T` is std::string,
  /// int, unsigned, std::size_t, std::optional of the first two, or std::vector<std::string>, which
  /// takes one value each time that the option is given.
  template <typename T>
  Option option(const std::string& names, T& target, const std::string& help);

  /// An option that may be repeated, and whose order among others counts: `take` is called for each
  /// value, in the order of the command line, during parse().
  Option each(const std::string& names, Take take, const std::string& help);

  /// An argument that belongs to no option. Operands are filled in the order of their declaration.
  /// `T` is std::string, or std::vector<std::string>, which takes all that are left for it.
  template <typename T>
  Option operand(const std::string& name, T& target, const std::string& help);

  /// An option that prints text() to standard output.
  void version(const std::string& names, std::function<std::string()> text,
               const std::string& help);

  /// Calls for help by other names than -h,--help. Before -h is declared for something else.
  void help_names(const std::string& names);

  /// Text after all else in --help.
  void footer(const std::string& text);

  /// What is declared after this stands under `title` in --help.
  void heading(const std::string& title);

  /// When an option with one value is repeated, the last one counts, instead of being a usage
  /// error. For what is declared after this.
  void let_last_win();

  /// A subcommand, whose options are declared in what is returned; `summary` is its line in --help.
  /// A program that has any needs one of them. Lives as long as this.
  OptionSet& command(const std::string& name, const std::string& summary);

  /// The subcommand that was given, also when parse() failed for its options; "" if none was.
  [[nodiscard]] std::string chosen_command() const;

  /// Parses an argv, with the program's name first. Call once.
  /// Errors: InvalidArgument, a usage error: a line for the user, without the program's name.
  Result<Parsed> parse(std::span<char* const> arguments);

 private:
  explicit OptionSet(CLI::App& app);

  std::unique_ptr<CLI::App> owned_;  // null for a subcommand
  CLI::App& app_;
  std::vector<std::unique_ptr<OptionSet>> commands_;
};

/// `result`, with the option's name before the message of an error, as parse() has it. For what can
/// only be checked when all options are known.
template <typename T>
Result<T> for_option(std::string_view option, Result<T> result) {
  if (!result) return Unexpected(std::move(result).error().within(option));
  return result;
}

}  // namespace zvfs
