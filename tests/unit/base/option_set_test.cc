#include "base/option_set.h"

#include <cstdint>
#include <limits>

#include <gtest/gtest.h>

namespace zvfs {
namespace {

using Parsed = OptionSet::Parsed;
using Strings = std::vector<std::string>;

Result<Parsed> parse(OptionSet& options, Strings arguments) {
  arguments.insert(arguments.begin(), "program");
  std::vector<char*> argv;
  for (std::string& argument : arguments) argv.push_back(argument.data());
  return options.parse(argv);
}

bool runs(OptionSet& options, const Strings& arguments) {
  const Result<Parsed> parsed = parse(options, arguments);
  EXPECT_TRUE(parsed) << parsed.error().message;
  return parsed && *parsed == Parsed::kOptions;
}

// The message of a usage error; "" if there is none.
std::string error(OptionSet& options, const Strings& arguments) {
  const Result<Parsed> parsed = parse(options, arguments);
  if (parsed) return "";
  EXPECT_EQ(parsed.error().code, ErrorCode::kInvalidArgument);
  return parsed.error().message;
}

// What a question such as --help prints.
std::string answer(OptionSet& options, const Strings& arguments) {
  ::testing::internal::CaptureStdout();
  const Result<Parsed> parsed = parse(options, arguments);
  EXPECT_TRUE(parsed && *parsed == Parsed::kQuestion);
  return ::testing::internal::GetCapturedStdout();
}

// A set with an option of each type.
struct EachType {
  EachType() {
    options.flag("-f,--flag", flag, "A flag");
    options.option("-t,--text TEXT", text, "A text");
    options.option("--maybe TEXT", maybe, "A text or none");
    options.option("--add TEXT", added, "Some texts");
    options.option("-i,--int N", integer, "A number");
    options.option("--maybe-int N", maybe_int, "A number or none");
    options.option("--count N", count, "A count");
    options.option("--size N", size, "A size");
    options.operand("FIRST", first, "An operand");
    options.operand("REST", rest, "More operands");
  }

  OptionSet options{"program", "Does nothing"};
  bool flag = false;
  std::string text = "default";
  std::optional<std::string> maybe;
  Strings added;
  int integer = 7;
  std::optional<int> maybe_int;
  unsigned count = 8;
  std::size_t size = 9;
  std::string first;
  Strings rest;
};

TEST(OptionSet, LeavesVariablesAloneWithoutTheirOptions) {
  EachType set;
  EXPECT_TRUE(runs(set.options, {}));
  EXPECT_FALSE(set.flag || set.maybe || set.maybe_int);
  EXPECT_EQ(set.text, "default");
  EXPECT_EQ(set.integer, 7);
  EXPECT_EQ(set.count, 8U);
  EXPECT_EQ(set.size, 9U);
  EXPECT_TRUE(set.added.empty() && set.first.empty() && set.rest.empty());
}

TEST(OptionSet, SetsVariablesOfEachType) {
  EachType set;
  EXPECT_TRUE(runs(set.options,
                   {"-ft", "x", "--maybe=y", "--add", "a", "one", "--add=b", "-i-3", "--maybe-int",
                    "-4", "--count=5", "--size", "18446744073709551615", "two", "--", "-three"}));
  EXPECT_TRUE(set.flag);
  EXPECT_EQ(set.text, "x");
  EXPECT_EQ(set.maybe, "y");
  EXPECT_EQ(set.added, (Strings{"a", "b"}));
  EXPECT_EQ(set.integer, -3);
  EXPECT_EQ(set.maybe_int, -4);
  EXPECT_EQ(set.count, 5U);
  EXPECT_EQ(set.size, std::numeric_limits<std::size_t>::max());
  EXPECT_EQ(set.first, "one");
  EXPECT_EQ(set.rest, (Strings{"two", "-three"}));
}

TEST(OptionSet, TakesBracketsAsTheyAre) {
  EachType set;
  EXPECT_TRUE(runs(set.options, {"[a]", "[b,c]", "[]", "-t", "[d]", "--add", "[e]", "--add=[f]"}));
  EXPECT_EQ(set.first, "[a]");
  EXPECT_EQ(set.rest, (Strings{"[b,c]", "[]"}));
  EXPECT_EQ(set.text, "[d]");
  EXPECT_EQ(set.added, (Strings{"[e]", "[f]"}));
  EachType other;
  EXPECT_EQ(error(other.options, {"-i", "[3]"}), "Could not convert: --int = [3]");
}

TEST(OptionSet, TellsUsageErrors) {
  const auto error_of = [](const Strings& arguments) {
    EachType set;
    return error(set.options, arguments);
  };
  EXPECT_EQ(error_of({"--bad"}), "The following argument was not expected: --bad");
  EXPECT_EQ(error_of({"-i"}), "--int: 1 required N missing");
  EXPECT_EQ(error_of({"-i", "x"}), "Could not convert: --int = x");
  EXPECT_EQ(error_of({"--count=-1"}), "Could not convert: --count = -1");
  EXPECT_EQ(error_of({"--flag=x"}), "Could not convert: --flag = x");
  EXPECT_EQ(error_of({"-t", "a", "-t", "b"}), "--text: At Most 1 required but received 2");
}

TEST(OptionSet, LetsTheLastWin) {
  OptionSet options("program", "");
  std::string text;
  int number = 0;
  options.let_last_win();
  options.option("-t TEXT", text, "");
  options.option("-n N", number, "");
  EXPECT_TRUE(runs(options, {"-ta", "-n1", "-tb", "-n2"}));
  EXPECT_EQ(text, "b");
  EXPECT_EQ(number, 2);
}

TEST(OptionSet, ChecksWhatOptionsNeedOfOneAnother) {
  const auto error_of = [](const Strings& arguments) {
    OptionSet options("program", "");
    bool flag = false;
    std::string operand;
    std::string text;
    const auto a = options.flag("-a", flag, "");
    options.flag("-b", flag, "").needs(a);
    options.flag("-c", flag, "").excludes(a);
    options.option("--text TEXT", text, "").required();
    options.operand("OPERAND", operand, "").required();
    return error(options, arguments);
  };
  EXPECT_EQ(error_of({"-a", "--text=x", "y"}), "");
  EXPECT_EQ(error_of({"-a", "-b", "--text=x", "y"}), "");
  EXPECT_EQ(error_of({"-b", "--text=x", "y"}), "-b requires -a");
  EXPECT_EQ(error_of({"-a", "-c", "--text=x", "y"}), "-a excludes -c");
  EXPECT_EQ(error_of({"y"}), "--text is required");
  EXPECT_EQ(error_of({"--text=x"}), "OPERAND is required");
}

TEST(OptionSet, ChecksNumbers) {
  const auto error_of = [](const std::string& argument) {
    OptionSet options("program", "");
    int number = 0;
    std::size_t size = 0;
    options.option("-n N", number, "").between(-1, 9);
    options.option("-s N", size, "").at_least(1);
    return error(options, {argument});
  };
  EXPECT_EQ(error_of("-n-1"), "");
  EXPECT_EQ(error_of("-n9"), "");
  EXPECT_EQ(error_of("-n10"), "-n: Value 10 not in range -1 to 9");
  EXPECT_EQ(error_of("-n-2"), "-n: Value -2 not in range -1 to 9");
  EXPECT_EQ(error_of("-nx"), "-n: Value x not in range -1 to 9");
  EXPECT_EQ(error_of("-s18446744073709551615"), "");
  EXPECT_EQ(error_of("-s0"), "-s: Value 0 not in range 1 to 18446744073709551615");
}

TEST(OptionSet, TakesEachValueInTheOrderOfTheCommandLine) {
  std::string order;
  const auto error_of = [&order](const Strings& arguments) {
    OptionSet options("program", "");
    const auto take = [&order](const std::string& value) -> Result<void> {
      if (value == "bad") return fail(ErrorCode::kInvalidArgument, "'{}' is bad", value);
      order += value;
      return {};
    };
    options.let_last_win();
    options.each("-x,--exclude X", take, "");
    options.each("--include X", take, "");
    return error(options, arguments);
  };
  EXPECT_EQ(error_of({"-x1", "--include=2", "--exclude", "[3]", "--include", "4"}), "");
  EXPECT_EQ(order, "12[3]4");
  EXPECT_EQ(error_of({"-x", "bad"}), "--exclude: 'bad' is bad");
}

TEST(OptionSet, PrintsHelp) {
  OptionSet options("program", "Does nothing");
  bool flag = false;
  std::string text;
  std::string operand;
  Strings rest;
  options.operand("OPERAND", operand, "First").required();
  options.operand("REST", rest, "Others");
  options.option("-t,--text TEXT", text, "A text,\nor two");
  options.version(
      "--version", [] { return "program 1"; }, "Print the version");
  options.heading("More");
  options.flag("-f", flag, "A flag");
  options.footer("The end");
  EXPECT_EQ(answer(options, {"--help"}), R"(Does nothing
Usage: program [OPTIONS] OPERAND [REST...]

Positionals:
  OPERAND                 First
  REST                    Others

Options:
  -h,--help               Print this help and exit
  -t,--text TEXT          A text,
                          or two
  --version               Print the version


More:
  -f                      A flag

The end
)");
  EXPECT_EQ(answer(options, {"--version"}), "program 1\n");
}

TEST(OptionSet, PrintsNoBounds) {
  OptionSet options("program", "");
  int number = 0;
  std::string range;
  options.option("-n N", number, "A number").between(1, 9);
  options.option("--range OFF[:LEN]", range, "A range");
  const std::string help = answer(options, {"-h"});
  EXPECT_NE(help.find("\n  -n N                    A number\n"), std::string::npos) << help;
  EXPECT_NE(help.find("\n  --range OFF[:LEN]       A range\n"), std::string::npos) << help;
}

// A program with two commands, of which one takes -h for itself.
struct Commands {
  Commands() {
    program.version(
        "-V", [] { return "1"; }, "Print the version");
    program.footer("The end");
    OptionSet& list = program.command("list", "List");
    list.help_names("--help");
    list.flag("-h", human, "Human");
    program.command("add", "Add").operand("FILE", file, "A file").required();
  }

  OptionSet program{"program", "Does nothing"};
  bool human = false;
  std::string file;
};

TEST(OptionSet, HasCommands) {
  Commands commands;
  EXPECT_TRUE(runs(commands.program, {"list", "-h"}));
  EXPECT_EQ(commands.program.chosen_command(), "list");
  EXPECT_TRUE(commands.human);
  Commands others;
  EXPECT_TRUE(runs(others.program, {"add", "list"}));
  EXPECT_EQ(others.program.chosen_command(), "add");
  EXPECT_EQ(others.file, "list");
}

TEST(OptionSet, KnowsTheCommandOfAnError) {
  Commands commands;
  EXPECT_EQ(error(commands.program, {"add"}), "FILE is required");
  EXPECT_EQ(commands.program.chosen_command(), "add");
  Commands others;
  EXPECT_EQ(error(others.program, {"other"}), "A subcommand is required");
  EXPECT_EQ(others.program.chosen_command(), "");
}

TEST(OptionSet, PrintsHelpOfCommands) {
  Commands commands;
  const std::string help = answer(commands.program, {"-h"});
  EXPECT_NE(help.find("\n  list                    List\n"), std::string::npos) << help;
  EXPECT_TRUE(help.ends_with("\n\nThe end\n")) << help;
  Commands others;
  std::string help_of_list = answer(others.program, {"list", "--help"});
  if (help_of_list.ends_with("\n\n")) help_of_list.pop_back();  // as CLI11 does before 2.4
  EXPECT_EQ(help_of_list, R"(List
Usage: program list [OPTIONS]

Options:
  --help                  Print this help and exit
  -h                      Human
)");
}

}  // namespace
}  // namespace zvfs
