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
  /// The option just declared, to constrain it further: set.flag(...).excludes(other).
  class Option {
   public:
    Option required() const;
    Option needs(Option other) const;     ///< A usage error without `other`.
    Option excludes(Option other) const;  ///< A usage error together with `other`.

    /// For a number: any other value is a usage error.
    Option between(std::int64_t min, std::int64_t max) const;
    Option at_least(std::uint64_t min) const;

   private:
    friend class OptionSet;
    explicit Option(CLI::Option* option) : option_(option) {}

    CLI::Option* option_;
  };

  /// Takes one value of an option. An error becomes a usage error that names the option.
  using Take = std::function<Result<void>(const std::string& value)>;

  /// What parse() leaves to be done.
  enum class Parsed : std::uint8_t {
    kOptions,   ///< The variables are set: run the program.
    kQuestion,  ///< --help or --version was answered on standard output: flush that, and exit.
  };

  /// `description` opens the text of --help. The option -h,--help is declared already.
  OptionSet(const std::string& program, const std::string& description);
  ~OptionSet();
  OptionSet(const OptionSet&) = delete;
  OptionSet& operator=(const OptionSet&) = delete;

  /// An option without a value, such as "-f,--force"; if given, it sets `target` to true.
  Option flag(const std::string& names, bool& target, const std::string& help);

  /// An option with a value: names, a space, and the word for the value in --help. `T` is
  /// std::string, int, unsigned, std::size_t, std::optional of the first three, or
  /// std::vector<std::string>, which takes one value each time the option is given.
  template <typename T>
  Option option(const std::string& names, T& target, const std::string& help);

  /// A repeatable option whose position among others matters: `take` is called for each value, in
  /// the order of the command line, during parse().
  Option each(const std::string& names, Take take, const std::string& help);

  /// An argument that belongs to no option. Operands are filled in the order of their declaration.
  /// `T` is std::string, or std::vector<std::string>, which takes all that remain.
  template <typename T>
  Option operand(const std::string& name, T& target, const std::string& help);

  /// An option that prints text() to standard output.
  void version(const std::string& names, std::function<std::string()> text,
               const std::string& help);

  /// Declares help under other names than -h,--help. Call before declaring -h for something else.
  void help_names(const std::string& names);

  /// Text at the end of --help.
  void footer(const std::string& text);

  /// Lists everything declared after this under `title` in --help.
  void heading(const std::string& title);

  /// Lets the last value of a repeated option count, instead of a usage error. Applies to options
  /// declared after this.
  void let_last_win();

  /// A subcommand: declare its options in the returned set. `summary` is its line in --help. A
  /// program with subcommands needs one of them on the command line. The set lives as long as this.
  OptionSet& command(const std::string& name, const std::string& summary);

  /// The subcommand given, even if parse() failed on its options; "" if none was.
  [[nodiscard]] std::string chosen_command() const;

  /// Parses an argv, including the program's name. Call once.
  /// Errors: InvalidArgument, a usage error: a line for the user, without the program's name.
  Result<Parsed> parse(std::span<char* const> arguments);

 private:
  explicit OptionSet(CLI::App& app);

  std::unique_ptr<CLI::App> owned_;  // null for a subcommand
  CLI::App& app_;
  std::vector<std::unique_ptr<OptionSet>> commands_;
};

/// Puts the option's name before the error message of `result`, as parse() does. For checks that
/// are only possible once all options are known.
template <typename T>
Result<T> for_option(std::string_view option, Result<T> result) {
  if (!result) return Unexpected(std::move(result).error().within(option));
  return result;
}

}  // namespace zvfs
