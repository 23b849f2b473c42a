#include "fuse/mount/command_line.h"

#include <gtest/gtest.h>

namespace zvfs {
namespace {

constexpr Caller kPerson{.is_root = true, .is_mount8 = false};
constexpr Caller kMount8{.is_root = true, .is_mount8 = true};

Result<CommandLine> parse(std::vector<std::string> words, const Caller& caller = kPerson) {
  words.insert(words.begin(), "mount.zvfs");
  std::vector<char*> arguments;
  for (std::string& word : words) arguments.push_back(word.data());
  const std::size_t count = arguments.size();
  arguments.push_back(nullptr);
  return parse_command_line({arguments.data(), count}, caller);
}

TEST(CommandLine, TakesWhatMount8Gives) {
  const auto line = parse({"/a.zst", "/mnt", "-s", "-n", "-v", "-o", "rw,noexec", "-t", "fuse.zvfs",
                           "-N", "/proc/1/ns/mnt"},
                          kMount8);
  ASSERT_TRUE(line);
  const MountOptions& options = line->options;
  EXPECT_EQ(options.source, "/a.zst");
  EXPECT_EQ(options.directory, "/mnt");
  EXPECT_EQ(options.mount_namespace, "/proc/1/ns/mnt");
  EXPECT_TRUE(options.sloppy);
  EXPECT_TRUE(options.verbose);
  EXPECT_FALSE(options.foreground);
  EXPECT_EQ(options.fuse_options, (std::vector<std::string>{"noexec"}));
}

TEST(CommandLine, TakesOptionsAnywhereAndRepeated) {
  const auto line = parse({"-o", "noexec", "a.zst", "-onosuid", "mnt", "--options=nodev"});
  ASSERT_TRUE(line);
  EXPECT_EQ(line->options.source, "a.zst");
  EXPECT_EQ(line->options.directory, "mnt");
  EXPECT_EQ(line->options.fuse_options, (std::vector<std::string>{"noexec", "nosuid", "nodev"}));
}

TEST(CommandLine, FIsFakeFromMount8AndForegroundOtherwise) {
  EXPECT_TRUE(parse({"a", "b", "-f"}, kMount8)->options.fake);
  EXPECT_FALSE(parse({"a", "b", "-f"}, kMount8)->options.foreground);
  EXPECT_TRUE(parse({"-f", "a", "b"})->options.foreground);
  EXPECT_FALSE(parse({"a", "b", "-f"})->options.fake);
  EXPECT_TRUE(parse({"a", "b", "--foreground"})->options.foreground);
}

TEST(CommandLine, DebugStaysInTheForeground) {
  for (const char* word : {"-d", "--debug", "-odebug"}) {
    const auto line = parse({word, "a", "b"});
    EXPECT_TRUE(line->options.debug);
    EXPECT_TRUE(line->options.foreground);
  }
}

TEST(CommandLine, SloppyCountsWhereverItStands) {
  EXPECT_TRUE(parse({"-o", "zork", "a", "b", "-s"}));
}

TEST(CommandLine, HelpAndVersionNeedNoOperands) {
  EXPECT_EQ(parse({"--help"})->action, CommandLine::Action::kHelp);
  EXPECT_EQ(parse({"a", "-h"})->action, CommandLine::Action::kHelp);
  EXPECT_EQ(parse({"-V"})->action, CommandLine::Action::kVersion);
  EXPECT_TRUE(version_text().starts_with("mount.zvfs "));
  EXPECT_TRUE(parse({"-V", "-v"})->options.verbose);
  EXPECT_TRUE(libraries_text().starts_with("sha256 OpenSSL 3."));
}

TEST(CommandLine, RefusesInOneLine) {
  const std::vector<std::pair<std::vector<std::string>, std::string>> cases = {
      {{}, "needs an image and a directory"},
      {{"a"}, "needs an image and a directory"},
      {{"a", "b", "c"}, "too many arguments"},
      {{"a", "b", "-o"}, "option '-o' needs an argument"},
      {{"-Z", "a", "b"}, "unknown option '-Z'"},
      {{"--zork", "a", "b"}, "unknown option '--zork'"},
      {{"a", "b", "-o", "zork"}, "unknown option 'zork'"},
  };
  for (const auto& [words, message] : cases) {
    const auto line = parse(words);
    ASSERT_FALSE(line) << message;
    EXPECT_TRUE(line.error().message.starts_with(message)) << line.error().message;
    EXPECT_EQ(line.error().message.find('\n'), std::string::npos);
  }
}

}  // namespace
}  // namespace zvfs
