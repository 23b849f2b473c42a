#include "mkimage/mkimage_options.h"

#include <cstdlib>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tests/support/scratch_directory.h"

namespace zvfs {
namespace {

Result<std::optional<MkimageOptions>> parse(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), "mkimage");
  std::vector<char*> argv;
  for (std::string& argument : arguments) argv.push_back(argument.data());
  return parse_mkimage_options(argv);
}

MkimageOptions options(std::vector<std::string> arguments) {
  const auto parsed = parse(std::move(arguments));
  EXPECT_TRUE(parsed && *parsed);
  return parsed && *parsed ? **parsed : MkimageOptions();
}

// The message of a usage error; "" if there is none.
std::string error(std::vector<std::string> arguments) {
  const auto parsed = parse(std::move(arguments));
  return parsed ? "" : parsed.error().message;
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
  EXPECT_EQ(error({"-n"}), "SOURCE: is missing; use - for standard input");
  EXPECT_EQ(error({"--json=-", "d", "-"}), "--json: standard output is used for the image");
  EXPECT_EQ(error({"--json=-", "-n", "d", "-"}), "");
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
  EXPECT_EQ(error({"--order=size", "dir", "img"}), "--order: 'size' is neither path nor similar");
  EXPECT_EQ(error({"--order-file", "/no/such", "dir", "img"}),
            "--order-file: /no/such: No such file or directory");
  EXPECT_EQ(error({"--files-from=-", "--order-file=-", "img"}),
            "--order-file: --files-from already reads standard input");
  EXPECT_EQ(error({"--order-file=-", "-", "img"}),
            "--order-file: SOURCE already reads standard input");
  EXPECT_EQ(error({"--exclude-from=-", "--pseudo-file=-", "dir", "img"}),
            "--pseudo-file: --exclude-from already reads standard input");
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
  EXPECT_EQ(error({"d", "i"}), "SOURCE_DATE_EPOCH: 'yesterday' in the environment is not a number");
  ::unsetenv("SOURCE_DATE_EPOCH");
}

TEST(MkimageOptions, RefuseWhatIsWrong) {
  const std::map<std::vector<std::string>, std::string> wrong = {
      {{}, "IMAGE is required"},
      {{"d"}, "SOURCE: is missing; use - for standard input"},
      {{"-0", "d", "i"}, "--null: needs --files-from or --order-file"},
      {{"--no-recursion", "d", "i"}, "--no-recursion: needs --files-from"},
      {{"-T/dev/null", "d", "i"}, "--files-from: cannot be combined with 'd'"},
      {{"-T/no/such", "i"}, "--files-from: /no/such: No such file or directory"},
      {{"-l0", "d", "i"}, "--level: 0 is not a level: 1 to 22, or -1 to -131072"},
      {{"-l23", "d", "i"}, "--level: 23 is not a level: 1 to 22, or -1 to -131072"},
      {{"-l13", "-clz4", "d", "i"}, "--level: 13 is not a level: 1 to 12, or -1 to -65536"},
      {{"-lx", "d", "i"}, "Could not convert: --level = x"},
      {{"-cgzip", "d", "i"}, "--codec: 'gzip' is not zstd, lz4 or adaptive"},
      {{"-j0", "d", "i"}, "--threads: 0 is not in the range 1 to 1024"},
      {{"-j100000", "d", "i"}, "--threads: 100000 is not in the range 1 to 1024"},
      {{"-j-1", "d", "i"}, "Could not convert: --threads = -1"},
      {{"-b1K", "d", "i"}, "--frame-size: '1K' is not a multiple of 4K up to 16M"},
      {{"-b32M", "d", "i"}, "--frame-size: '32M' is not a multiple of 4K up to 16M"},
      {{"-b100000", "d", "i"}, "--frame-size: '100000' is not a multiple of 4K up to 16M"},
      {{"--dedupe=all", "d", "i"}, "--dedupe: 'all' is not near, links or off"},
      {{"-qv", "d", "i"}, "--quiet: cannot be combined with --verbose"},
      {{"-v", "--json=-", "d", "i"}, "--json: standard output is used for the names of --verbose"},
      {{"--bad", "d", "i"}, "The following argument was not expected: --bad"},
      {{"-X/no/such", "d", "i"}, "--exclude-from: /no/such: No such file or directory"},
      {{"-X/", "d", "i"}, "--exclude-from: /: Is a directory"},
      {{"--clamp-mtime", "d", "i"}, "--clamp-mtime: needs --mtime"},
  };
  for (const auto& [arguments, message] : wrong) EXPECT_EQ(error(arguments), message);
}

// What other units find wrong is told with the option's name.
TEST(MkimageOptions, NameTheOptionOfAnError) {
  const std::map<std::string, std::string> wrong = {
      {"--frame-size", ""},  {"--exclude", ""},     {"--pseudo", "x"}, {"--prefix", ".."},
      {"--owner", "nosuch"}, {"--group", "nosuch"}, {"--mode", "u=q"}, {"--mtime", "yesterday"},
  };
  for (const auto& [option, value] : wrong) {
    EXPECT_TRUE(error({option, value, "d", "i"}).starts_with(option + ": ")) << option;
  }
  EXPECT_TRUE(error({"x/d", "y/d", "i"}).starts_with("SOURCE: "));
}

TEST(MkimageOptions, AreNoneAfterHelpAndVersion) {
  for (const char* question : {"--help", "--version"}) {
    ::testing::internal::CaptureStdout();
    const auto parsed = parse({question});
    EXPECT_NE(::testing::internal::GetCapturedStdout().find("mkimage"), std::string::npos);
    EXPECT_TRUE(parsed && !*parsed);
  }
}

}  // namespace
}  // namespace zvfs
