#include "mkimage/archives/sandboxed_members.h"

#include <csignal>
#include <fstream>
#include <string>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#include <gtest/gtest.h>

#include "base/file_io.h"
#include "tests/support/sanitizers.h"

namespace zvfs {
namespace {

// An archive of ar, which is the simplest of those that libarchive reads here.
std::string ar_of(const std::string& name, const std::string& content) {
  return fmt::format("!<arch>\n{:<16}{:<12}{:<6}{:<6}{:<8o}{:<10}`\n", name + "/", 1'600'000'000, 1,
                     2, 0100640, content.size()) +
         content;
}

/// An archive in a file, opened.
class Opened {
 public:
  explicit Opened(const std::string& archive) : file_(::memfd_create("archive", MFD_CLOEXEC)) {
    EXPECT_TRUE(write_all(file_.get(), as_bytes(archive), ""));
    EXPECT_EQ(::lseek(file_.get(), 0, SEEK_SET), 0);
    auto opened = SandboxedMembers::open(file_.get());
    if (opened) members = *std::move(opened);
    if (!opened) error = opened.error();
  }

  // The content of the current member, or why it cannot be read.
  std::string content() const {
    std::string text;
    while (true) {
      const auto block = members->read();
      if (!block) return block.error().message;
      if (block->at_end) return text;
      EXPECT_EQ(block->offset, text.size());
      text += as_text(block->bytes);
    }
  }

  std::unique_ptr<SandboxedMembers> members;
  std::optional<Error> error;

 private:
  UniqueFd file_;
};

/// While it lives, there are descriptors for an archive and a pipe, and none for the process that
/// reads, which then ends before it sends anything.
class FewDescriptors {
 public:
  FewDescriptors() {
    EXPECT_EQ(::getrlimit(RLIMIT_NOFILE, &before_), 0);
    const UniqueFd archive(::dup(0));
    const UniqueFd read_end(::dup(0));
    const UniqueFd write_end(::dup(0));
    const rlimit few{static_cast<rlim_t>(write_end.get()) + 1, before_.rlim_max};
    EXPECT_EQ(::setrlimit(RLIMIT_NOFILE, &few), 0);
  }
  ~FewDescriptors() { ::setrlimit(RLIMIT_NOFILE, &before_); }
  FewDescriptors(const FewDescriptors&) = delete;
  FewDescriptors& operator=(const FewDescriptors&) = delete;

 private:
  rlimit before_{};
};

// The only child of this process.
pid_t child() {
  pid_t found = 0;
  std::ifstream(fmt::format("/proc/self/task/{}/children", ::gettid())) >> found;
  return found;
}

TEST(SandboxedMembers, BringsMembersAndData) {
  const std::string content(1'000'000, 'c');
  const Opened archive(ar_of("name", content));
  ASSERT_TRUE(archive.members);
  const auto member = archive.members->next();
  ASSERT_TRUE(member && *member && (*member)->entry);
  EXPECT_EQ((*member)->path, "name");
  EXPECT_EQ((*member)->entry->metadata.permissions, 0640);
  EXPECT_TRUE(archive.content() == content);
  const auto end = archive.members->next();
  EXPECT_TRUE(end && !*end);
}

TEST(SandboxedMembers, PassesOverData) {
  const Opened archive(ar_of("name", std::string(1'000'000, 'c')));
  ASSERT_TRUE(archive.members->next());
  const auto end = archive.members->next();
  EXPECT_TRUE(end && !*end);
}

TEST(SandboxedMembers, TellsWhyAnArchiveCannotBeRead) {
  const Opened unknown("text\n");
  ASSERT_TRUE(unknown.error);
  EXPECT_EQ(unknown.error->code, ErrorCode::kUnsupported);
  EXPECT_EQ(unknown.error->message, "Unrecognized archive format");
  const std::string whole = ar_of("name", std::string(1'000'000, 'c'));
  const Opened truncated(whole.substr(0, 500'000));
  ASSERT_TRUE(truncated.members->next());
  EXPECT_EQ(truncated.content(), "Truncated ar archive");
}

TEST(SandboxedMembers, TellsThatTheProcessHasCrashed) {
  const Opened archive(ar_of("name", std::string(10'000'000, 'c')));
  ASSERT_TRUE(archive.members->next());
  ASSERT_GT(child(), 0);
  ::kill(child(), SIGSEGV);
  EXPECT_EQ(archive.content(), "the process that reads the archive has crashed (signal 11)");
}

TEST(SandboxedMembers, TellsThatTheProcessHasEndedAtOnce) {
  // As in FileReaderTest.
  if (testing::kUndefinedBehaviorSanitizer) GTEST_SKIP() << "the sanitizer needs descriptors";
  const FewDescriptors limit;
  const Opened archive(ar_of("name", "content"));
  ASSERT_TRUE(archive.error);
  EXPECT_EQ(archive.error->code, ErrorCode::kExhausted);
  EXPECT_EQ(archive.error->message,
            "cannot start the process that reads the archive: Too many open files");
}

TEST(SandboxedMembers, LeavesNoProcess) {
  {
    const Opened archive(ar_of("name", std::string(10'000'000, 'c')));
    ASSERT_TRUE(archive.members->next());
    EXPECT_GT(child(), 0);
  }
  EXPECT_EQ(child(), 0);
}

}  // namespace
}  // namespace zvfs
