#include "zvfs/command/program.h"

#include <cstdio>
#include <memory>
#include <new>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "zvfs/command/messages.h"

namespace zvfs {
namespace {

// A command whose operand says what to do.
class TestCommand final : public Command {
 public:
  [[nodiscard]] std::string name() const override { return "test"; }
  [[nodiscard]] std::string summary() const override { return "Do as told"; }
  [[nodiscard]] CommandStatus failure_status() const override {
    return CommandStatus::kOperationalError;
  }
  [[nodiscard]] CommandStatus usage_status() const override { return CommandStatus::kUsageError; }

  void declare(OptionSet& options) override { options.operand("WHAT", what_, "What").required(); }

  Result<CommandStatus> run() override {
    if (what_ == "fail") return fail(ErrorCode::kIo, "no luck");
    if (what_ == "throw") throw std::bad_alloc();
    std::fputs("done\n", stdout);
    return CommandStatus::kPartial;
  }

 private:
  std::string what_;
};

struct Outcome {
  CommandStatus status;
  std::string out;
  std::string err;
};

Outcome run(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), "zvfs");
  std::vector<char*> argv;
  for (std::string& argument : arguments) argv.push_back(argument.data());
  std::vector<CommandPtr> commands;
  commands.push_back(std::make_unique<TestCommand>());
  set_message_prefix("zvfs");
  ::testing::internal::CaptureStdout();
  ::testing::internal::CaptureStderr();
  const CommandStatus status = run_program(argv, std::move(commands));
  set_message_prefix("zvfs");
  return {status, ::testing::internal::GetCapturedStdout(),
          ::testing::internal::GetCapturedStderr()};
}

TEST(Program, ExitsAsItsCommand) {
  const Outcome outcome = run({"test", "well"});
  EXPECT_EQ(outcome.status, CommandStatus::kPartial);
  EXPECT_EQ(outcome.out, "done\n");
  EXPECT_EQ(outcome.err, "");
}

TEST(Program, TellsWhyACommandFailed) {
  const Outcome outcome = run({"test", "fail"});
  EXPECT_EQ(outcome.status, CommandStatus::kOperationalError);
  EXPECT_EQ(outcome.err, "zvfs test: no luck\n");
  const Outcome thrown = run({"test", "throw"});
  EXPECT_EQ(thrown.status, CommandStatus::kOperationalError);
  EXPECT_EQ(thrown.err, "zvfs test: out of memory\n");
}

TEST(Program, TellsWrongUsage) {
  const Outcome outcome = run({"test"});
  EXPECT_EQ(outcome.status, CommandStatus::kUsageError);
  EXPECT_EQ(outcome.err, "zvfs test: WHAT is required; see `zvfs test --help`\n");
  const Outcome none = run({});
  EXPECT_EQ(none.status, CommandStatus::kFailure);
  EXPECT_EQ(none.err, "zvfs: A subcommand is required; `zvfs --help` lists the commands\n");
}

TEST(Program, NamesAnUnknownCommand) {
  for (const std::vector<std::string>& arguments :
       {std::vector<std::string>{"other"}, {"other", "test", "well"}, {"other", "--strange"}}) {
    const Outcome outcome = run(arguments);
    EXPECT_EQ(outcome.status, CommandStatus::kFailure);
    EXPECT_EQ(outcome.err, "zvfs: unknown command 'other', try 'zvfs --help'\n");
  }
  EXPECT_EQ(run({"a\nb"}).err, "zvfs: unknown command 'a\\nb', try 'zvfs --help'\n");
}

TEST(Program, NamesAnUnknownOption) {
  for (const std::vector<std::string>& arguments :
       {std::vector<std::string>{"--foo"}, {"--foo", "test", "well"}, {"--foo=1", "other"}}) {
    const Outcome outcome = run(arguments);
    EXPECT_EQ(outcome.status, CommandStatus::kFailure);
    EXPECT_EQ(outcome.err, "zvfs: unknown option '" + arguments[0] + "', try 'zvfs --help'\n");
  }
}

TEST(Program, AnswersQuestions) {
  const Outcome help = run({"test", "--help"});
  EXPECT_EQ(help.status, CommandStatus::kSuccess);
  EXPECT_TRUE(help.out.starts_with("Do as told\n")) << help.out;
  EXPECT_TRUE(run({"--version"}).out.starts_with("zvfs "));
}

}  // namespace
}  // namespace zvfs
