#include "mkimage/mkimage_options.h"

#include <cstdlib>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tests/support/scratch_directory.h"

namespace zvfs {
namespace {

std::variant<MkimageOptions, ExitNow> parse(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), "mkimage");
  std::vector<char*> argv;
  for (std::string& argument : arguments) argv.push_back(argument.data());
  argv.push_back(nullptr);
  ::testing::internal::CaptureStderr();
  ::testing::internal::CaptureStdout();
  auto parsed = parse_mkimage_options(static_cast<int>(arguments.size()), argv.data());
  ::testing::internal::GetCapturedStdout();
  ::testing::internal::GetCapturedStderr();
  return parsed;
}

MkimageOptions options(std::vector<std::string> arguments) {
  auto parsed = parse(std::move(arguments));
  EXPECT_TRUE(std::holds_alternative<MkimageOptions>(parsed));
  return std::get<MkimageOptions>(parsed);
}

int exit_code(std::vector<std::string> arguments) {
  const auto parsed = parse(std::move(arguments));
  const auto* exit = std::get_if<ExitNow>(&parsed);
  return exit == nullptr ? -1 : exit->code;
}

TEST(MkimageOptions, HaveDefaults) {
  const MkimageOptions parsed = options({"dir", "img"});
  EXPECT_EQ(parsed.build.source, "dir");
  EXPECT_EQ(parsed.build.target, "img");
  EXPECT_EQ(parsed.build.encoder.level, 9);
  EXPECT_GE(parsed.build.threads, 1U);
  EXPECT_EQ(parsed.build.bounds.small, 256U * 1024);
  EXPECT_EQ(parsed.build.bounds.large, 256U * 1024);
  EXPECT_EQ(parsed.build.bounds.huge, 136U * 1024);
  EXPECT_EQ(parsed.build.if_target_exists, IfExists::kFail);
  EXPECT_EQ(parsed.verbosity, Verbosity::kNormal);
}

TEST(MkimageOptions, AreShortAndLong) {
  const MkimageOptions parsed = options({"-l", "19", "-j3", "dir", "-fv", "-b", "1M", "img"});
  EXPECT_EQ(parsed.build.encoder.level, 19);
  EXPECT_EQ(parsed.build.threads, 3U);
  EXPECT_EQ(parsed.build.bounds.small, 1U << 20);
  EXPECT_EQ(parsed.build.bounds.large, 1U << 20);
  EXPECT_EQ(parsed.build.bounds.huge, 1U << 20);
  EXPECT_EQ(parsed.build.if_target_exists, IfExists::kReplace);
  EXPECT_EQ(parsed.verbosity, Verbosity::kNames);
  EXPECT_EQ(options({"--level=-5", "d", "i"}).build.encoder.level, -5);
  EXPECT_EQ(options({"-l", "-5", "d", "i"}).build.encoder.level, -5);
  EXPECT_EQ(options({"--quiet", "d", "i"}).verbosity, Verbosity::kQuiet);
  EXPECT_EQ(options({"--", "-d", "-i"}).build.source, "-d");
}

TEST(MkimageOptions, CountAsTheyWereGivenLast) {
  const MkimageOptions parsed =
      options({"-l1", "-b", "4K", "--dedupe=off", "--owner=1", "a", "-l", "3", "--dedupe", "links",
               "-b1M", "b", "--owner=2", "-f", "-f", "i"});
  EXPECT_EQ(parsed.build.encoder.level, 3);
  EXPECT_EQ(parsed.build.bounds.small, 1U << 20);
  EXPECT_EQ(parsed.build.dedupe, Dedupe::kLinks);
  EXPECT_EQ(parsed.build.rules.metadata.uid, 2U);
  ASSERT_TRUE(parsed.build.sources);
  EXPECT_EQ(parsed.build.sources->root().entries.size(), 2U);
  EXPECT_EQ(parsed.build.target, "i");
  const EntryRules rules =
      options({"--xattrs-exclude=a", "--xattrs-exclude=b", "--exclude=c", "--exclude=d", "d", "i"})
          .build.rules;
  EXPECT_EQ(rules.xattrs.exclude.size(), 2U);
  EXPECT_TRUE(rules.excludes.excludes("c", ExcludeList::EntryType::kOther));
}

TEST(MkimageOptions, NeedNoImageForADryRun) {
  const BuildOptions build = options({"-n", "d"}).build;
  EXPECT_EQ(build.source, "d");
  EXPECT_EQ(build.target, "");
  EXPECT_EQ(options({"-n", "d", "i"}).build.target, "i");
  EXPECT_EQ(options({"-n", "-T", "/dev/null"}).build.target, "");
  EXPECT_EQ(options({"-n", "-T", "/dev/null", "i"}).build.target, "i");
  EXPECT_EQ(exit_code({"-n"}), 2);
  EXPECT_EQ(exit_code({"--json=-", "d", "-"}), 2);
  EXPECT_EQ(exit_code({"--json=-", "-n", "d", "-"}), -1);
}

TEST(MkimageOptions, TakeSeveralSources) {
  const BuildOptions build = options({"x/a", "b", "i"}).build;
  EXPECT_EQ(build.target, "i");
  ASSERT_TRUE(build.sources);
  EXPECT_EQ(build.sources->root().entries.at("a"), "x");
  EXPECT_FALSE(options({"d", "i"}).build.sources);
}

TEST(MkimageOptions, TakeAListOfSources) {
  EXPECT_TRUE(options({"-T", "/dev/null", "i"}).build.sources);
  EXPECT_EQ(options({"-C", "x", "d", "i"}).directory, "x");
  const BuildOptions build = options({"--files-from=/dev/null", "-0", "--no-recursion", "i"}).build;
  EXPECT_EQ(build.target, "i");
  ASSERT_TRUE(build.sources);
  EXPECT_EQ(build.sources->recursion, SourceList::Recursion::kNone);
}

TEST(MkimageOptions, TakeAnOrder) {
  const testing::ScratchDirectory directory;
  const std::string lines = directory.write("lines", "a\n\nb/c d");
  const std::string zeros = directory.write("zeros", std::string_view("a\nb\0c\0", 6));
  const StreamOrder order =
      options({"--order=similar", "--order-file", lines, "dir", "img"}).build.order;
  EXPECT_EQ(order.rest, StreamOrder::Rest::kSimilar);
  EXPECT_EQ(order.first, (std::vector<std::string>{"a", "b/c d"}));
  EXPECT_EQ(options({"-0", "--order-file", zeros, "dir", "img"}).build.order.first,
            (std::vector<std::string>{"a\nb", "c"}));
  EXPECT_TRUE(order.is_given);
  EXPECT_TRUE(options({"--order=path", "dir", "img"}).build.order.is_given);
  EXPECT_FALSE(options({"dir", "img"}).build.order.is_given);
  EXPECT_EQ(exit_code({"--order=size", "dir", "img"}), 2);
  EXPECT_EQ(exit_code({"--order-file", directory / "missing", "dir", "img"}), 2);
  EXPECT_EQ(exit_code({"--files-from=-", "--order-file=-", "img"}), 2);
  EXPECT_EQ(exit_code({"--order-file=-", "-", "img"}), 2);
  EXPECT_EQ(exit_code({"--exclude-from=-", "--pseudo-file=-", "dir", "img"}), 2);
}

TEST(MkimageOptions, MakeEntryRules) {
  const EntryRules rules =
      options({"--exclude=a", "--exclude", "!a", "-x", "--owner=root", "--group=:7", "--mode=go-w",
               "--mtime=@5", "--clamp-mtime", "--xattrs-exclude=user.*", "d", "i"})
          .build.rules;
  EXPECT_FALSE(rules.excludes.excludes("a", ExcludeList::EntryType::kOther));
  EXPECT_EQ(rules.mount_points, MountPoints::kKeepEmpty);
  EXPECT_EQ(rules.metadata.uid, 0U);
  EXPECT_EQ(rules.metadata.gid, 7U);
  EXPECT_EQ(rules.metadata.mtime, (Timestamp{5, 0}));
  EXPECT_EQ(rules.metadata.time_rule, MetadataRules::TimeRule::kClamp);
  EXPECT_FALSE(rules.xattrs.keeps("user.a"));
  EXPECT_TRUE(options({"d", "i"}).build.rules.empty());
}

TEST(MkimageOptions, ClampTimesToSourceDateEpoch) {
  ::setenv("SOURCE_DATE_EPOCH", "1700000000", 1);
  const MetadataRules clamped = options({"d", "i"}).build.rules.metadata;
  EXPECT_EQ(clamped.mtime, (Timestamp{1'700'000'000, 0}));
  EXPECT_EQ(clamped.time_rule, MetadataRules::TimeRule::kClampIfNew);
  EXPECT_TRUE(clamped.empty());
  EXPECT_EQ(options({"--clamp-mtime", "d", "i"}).build.rules.metadata.time_rule,
            MetadataRules::TimeRule::kClamp);
  EXPECT_EQ(options({"--mtime=@5", "d", "i"}).build.rules.metadata.time_rule,
            MetadataRules::TimeRule::kSet);
  ::setenv("SOURCE_DATE_EPOCH", "", 1);
  EXPECT_FALSE(options({"d", "i"}).build.rules.metadata.mtime);
  ::setenv("SOURCE_DATE_EPOCH", "yesterday", 1);
  EXPECT_EQ(exit_code({"d", "i"}), 2);
  ::unsetenv("SOURCE_DATE_EPOCH");
}

TEST(MkimageOptions, RefuseWhatIsWrong) {
  const std::vector<std::vector<std::string>> wrong = {
      {},
      {"d"},
      {"x/d", "y/d", "i"},
      {"-0", "d", "i"},
      {"--files-from", "/no/such/file", "i"},
      {"-l", "0", "d", "i"},
      {"-l", "23", "d", "i"},
      {"-l", "x", "d", "i"},
      {"-j", "0", "d", "i"},
      {"-j", "-1", "d", "i"},
      {"-j", "100000", "d", "i"},
      {"-b", "1K", "d", "i"},
      {"-b", "32M", "d", "i"},
      {"-b", "100000", "d", "i"},
      {"-b", "", "d", "i"},
      {"-q", "-v", "d", "i"},
      {"--no-such-option", "d", "i"},
      {"--exclude", "", "d", "i"},
      {"--exclude-from", "/no/such/file", "d", "i"},
      {"--exclude-from", "/", "d", "i"},
      {"--owner", "no-such-user-here", "d", "i"},
      {"--mode", "u=q", "d", "i"},
      {"--mtime", "yesterday", "d", "i"},
      {"--clamp-mtime", "d", "i"},
  };
  for (const auto& arguments : wrong)
    EXPECT_EQ(exit_code(arguments), 2) << ::testing::PrintToString(arguments);
}

TEST(MkimageOptions, EndWellAfterHelpAndVersion) {
  EXPECT_EQ(exit_code({"--help"}), 0);
  EXPECT_EQ(exit_code({"--version"}), 0);
}

}  // namespace
}  // namespace zvfs
