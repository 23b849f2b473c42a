#include "base/option_set.h"

#include <algorithm>
#include <iterator>
#include <limits>
#include <sstream>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>

#include <CLI/CLI.hpp>
#include <fmt/core.h>

#include "base/standard_streams.h"

namespace zvfs {
namespace {

using Values = std::vector<std::string>;

constexpr const char* kHelpNames = "-h,--help";
constexpr const char* kHelpText = "Print this help and exit";
constexpr std::size_t kNameWidth = 26;  // of the column of option names

// CLI11 takes "[ab]" for a list with the element "ab", "{}" for an empty one and "%%" for the end
// of one; for us they are globs or file names. This prefix prevents that.
constexpr char kListMark = '\x01';

std::string marked(std::string_view argument) {
  const bool has_meaning = argument == "{}" || argument == "%%" || argument.starts_with('[') ||
                           argument.starts_with(kListMark);
  return has_meaning ? kListMark + std::string(argument) : std::string(argument);
}

std::string unmarked(const std::string& text) {
  return text.starts_with(kListMark) ? text.substr(1) : text;
}

// In the order of CLI11: the last argument first.
Values reversed(std::span<char* const> arguments) {
  Values result;
  for (const char* const argument : arguments.subspan(1)) result.push_back(marked(argument));
  std::reverse(result.begin(), result.end());
  return result;
}

std::string message_of(const CLI::ParseError& error) {
  std::string message = error.what();
  std::erase(message, kListMark);
  return message;
}

// Shows one word for the value of an option, and not its type.
class HelpFormatter final : public CLI::Formatter {
 public:
  HelpFormatter() { column_width(kNameWidth); }

  std::string make_option_opts(const CLI::Option* option) const override {
    const bool has_value = !option->get_positional() && option->get_type_size() != 0;
    return has_value ? ' ' + option->get_type_name() : "";
  }
};

// Splits "-C,--directory DIR".
struct Declaration {
  explicit Declaration(const std::string& text)
      : names(text.substr(0, text.find(' '))),
        value(names.size() < text.size() ? text.substr(names.size() + 1) : "") {}

  std::string names;
  std::string value;
};

// Lets CLI11 assign to `target`; strings lose the mark.
template <typename T>
CLI::Option* bind(CLI::App& app, const std::string& names, T& target, const std::string& help) {
  return app.add_option(names, target, help);
}
template <typename Text>
CLI::Option* bind_text(CLI::App& app, const std::string& names, Text& target,
                       const std::string& help) {
  return app.add_option_function<std::string>(
      names, [&target](const std::string& value) { target = unmarked(value); }, help);
}
CLI::Option* bind(CLI::App& app, const std::string& names, std::string& target,
                  const std::string& help) {
  return bind_text(app, names, target, help);
}
CLI::Option* bind(CLI::App& app, const std::string& names, std::optional<std::string>& target,
                  const std::string& help) {
  return bind_text(app, names, target, help);
}
CLI::Option* bind(CLI::App& app, const std::string& names, Values& target,
                  const std::string& help) {
  const auto take = [&target](const Values& values) {
    target.clear();
    std::ranges::transform(values, std::back_inserter(target), unmarked);
  };
  return app.add_option_function<Values>(names, take, help)->take_all();
}

// CLI11's check, whose message is not the same in all of its versions.
template <typename T>
CLI::Validator range(T min, T max) {
  const auto check = [bounds = CLI::Range(min, max), min, max](const std::string& value) {
    return bounds(value).empty() ? ""
                                 : fmt::format("Value {} not in range {} to {}", value, min, max);
  };
  return {check, ""};
}

}  // namespace

OptionSet::Option OptionSet::Option::required() const { return Option(option_->required()); }

OptionSet::Option OptionSet::Option::needs(Option other) const {
  return Option(option_->needs(other.option_));
}

OptionSet::Option OptionSet::Option::excludes(Option other) const {
  return Option(option_->excludes(other.option_));
}

OptionSet::Option OptionSet::Option::between(std::int64_t min, std::int64_t max) const {
  return Option(option_->check(range(min, max)));
}

OptionSet::Option OptionSet::Option::at_least(std::uint64_t min) const {
  return Option(option_->check(range(min, std::numeric_limits<std::uint64_t>::max())));
}

OptionSet::OptionSet(const std::string& program, const std::string& description)
    : owned_(std::make_unique<CLI::App>(description, program)), app_(*owned_) {
  app_.formatter(std::make_shared<HelpFormatter>());
  help_names(kHelpNames);
}

OptionSet::OptionSet(CLI::App& app) : app_(app) {}

OptionSet::~OptionSet() = default;

OptionSet::Option OptionSet::flag(const std::string& names, bool& target, const std::string& help) {
  return Option(app_.add_flag(names, target, help));
}

template <typename T>
OptionSet::Option OptionSet::option(const std::string& names, T& target, const std::string& help) {
  const Declaration declaration(names);
  CLI::Option* const option = bind(app_, declaration.names, target, help);
  option->type_name(declaration.value);
  if constexpr (std::is_same_v<T, Values>) {
    option->expected(1)->take_all()->allow_extra_args(false);  // extra ones would be operands
  }
  return Option(option);
}
template OptionSet::Option OptionSet::option(const std::string&, std::string&, const std::string&);
template OptionSet::Option OptionSet::option(const std::string&, std::optional<std::string>&,
                                             const std::string&);
template OptionSet::Option OptionSet::option(const std::string&, Values&, const std::string&);
template OptionSet::Option OptionSet::option(const std::string&, int&, const std::string&);
template OptionSet::Option OptionSet::option(const std::string&, std::optional<int>&,
                                             const std::string&);
template OptionSet::Option OptionSet::option(const std::string&, unsigned&, const std::string&);
template OptionSet::Option OptionSet::option(const std::string&, std::optional<unsigned>&,
                                             const std::string&);
template OptionSet::Option OptionSet::option(const std::string&, std::size_t&, const std::string&);

template <typename T>
OptionSet::Option OptionSet::operand(const std::string& name, T& target, const std::string& help) {
  return Option(bind(app_, name, target, help));
}
template OptionSet::Option OptionSet::operand(const std::string&, std::string&, const std::string&);
template OptionSet::Option OptionSet::operand(const std::string&, Values&, const std::string&);

OptionSet::Option OptionSet::each(const std::string& names, Take take, const std::string& help) {
  const Declaration declaration(names);
  const std::string name = declaration.names.substr(declaration.names.find(',') + 1);
  CLI::Option* const option = app_.add_option_function<std::string>(
      declaration.names,
      [take = std::move(take), name](const std::string& value) {
        const Result<void> taken = take(unmarked(value));
        if (!taken) throw CLI::ValidationError(name, taken.error().message);
      },
      help);
  return Option(option->type_name(declaration.value)->trigger_on_parse());
}

void OptionSet::version(const std::string& names, std::function<std::string()> text,
                        const std::string& help) {
  app_.set_version_flag(names, std::move(text), help);
}

void OptionSet::help_names(const std::string& names) { app_.set_help_flag(names, kHelpText); }

void OptionSet::footer(const std::string& text) { app_.footer(text); }

void OptionSet::heading(const std::string& title) { app_.option_defaults()->group(title); }

void OptionSet::let_last_win() {
  app_.option_defaults()->multi_option_policy(CLI::MultiOptionPolicy::TakeLast);
}

OptionSet& OptionSet::command(const std::string& name, const std::string& summary) {
  app_.require_subcommand(1);
  CLI::App* const app = app_.add_subcommand(name, summary);
  app->footer("");
  commands_.emplace_back(new OptionSet(*app));
  return *commands_.back();
}

std::string OptionSet::chosen_command() const {
  const std::vector<CLI::App*> chosen = app_.get_subcommands();
  return chosen.empty() ? "" : chosen.front()->get_name();
}

// CLI11 throws for help and version, too, with exit code 0; exit() then prints them.
Result<OptionSet::Parsed> OptionSet::parse(std::span<char* const> arguments) {
  try {
    app_.parse(reversed(arguments));
    return Parsed::kOptions;
  } catch (const CLI::Success& question) {
    std::ostringstream answer;
    app_.exit(question, answer);
    std::ignore = print_to_stdout(answer.str());  // flush_standard_output() tells the failure again
    return Parsed::kQuestion;
  } catch (const CLI::ParseError& error) {
    return fail(ErrorCode::kInvalidArgument, "{}", message_of(error));
  }
}

}  // namespace zvfs
