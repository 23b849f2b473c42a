#include "base/atomic_file.h"

#include <algorithm>
#include <csignal>
#include <fcntl.h>
#include <optional>
#include <string>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <vector>

#include <gtest/gtest.h>

#include "tests/support/scratch_directory.h"

namespace zvfs {
namespace {

using testing::read_file;
using testing::ScratchDirectory;

std::vector<std::string> entries(const ScratchDirectory& directory) {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(directory.path())) {
    names.push_back(entry.path().filename());
  }
  std::ranges::sort(names);
  return names;
}

using Names = std::vector<std::string>;

void write(const AtomicFile& file, std::string_view text) {
  ASSERT_EQ(::write(file.fd(), text.data(), text.size()), static_cast<ssize_t>(text.size()));
}

TEST(AtomicFile, AppearsWhenItIsCommitted) {
  const ScratchDirectory directory;
  auto file = AtomicFile::create((directory / "image").string(), IfExists::kFail);
  ASSERT_TRUE(file);
  write(*file, "whole");
  EXPECT_EQ(entries(directory), Names({fmt::format(".image.zvfs-tmp.{}", ::getpid())}));
  ASSERT_TRUE(file->commit());
  EXPECT_EQ(entries(directory), Names({"image"}));
  EXPECT_EQ(read_file(directory / "image"), "whole");
}

TEST(AtomicFile, HasTheModeThatTheUmaskLeaves) {
  const ScratchDirectory directory;
  const mode_t before = ::umask(027);
  auto file = AtomicFile::create((directory / "image").string(), IfExists::kFail);
  ::umask(before);
  ASSERT_TRUE(file && file->commit());
  struct stat status;
  ASSERT_EQ(::stat((directory / "image").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 07777U, 0640U);
}

TEST(AtomicFile, LeavesNothingWithoutACommit) {
  const ScratchDirectory directory;
  directory.write("image", "old");
  {
    auto file = AtomicFile::create((directory / "image").string(), IfExists::kReplace);
    ASSERT_TRUE(file);
    write(*file, "half");
  }
  EXPECT_EQ(entries(directory), Names({"image"}));
  EXPECT_EQ(read_file(directory / "image"), "old");
}

TEST(AtomicFile, ReplacesOnlyWhenTold) {
  const ScratchDirectory directory;
  const std::string path = directory.write("image", "old");
  const auto refused = AtomicFile::create(path, IfExists::kFail);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::kInvalidArgument);
  auto file = AtomicFile::create(path, IfExists::kReplace);
  ASSERT_TRUE(file);
  write(*file, "new");
  ASSERT_TRUE(file->commit());
  EXPECT_EQ(read_file(path), "new");
  EXPECT_EQ(entries(directory), Names({"image"}));
}

TEST(AtomicFile, DoesNotReplaceWhatAppearsMeanwhile) {
  const ScratchDirectory directory;
  const std::string path = directory / "image";
  {
    auto file = AtomicFile::create(path, IfExists::kFail);
    ASSERT_TRUE(file);
    directory.write("image", "another's");
    EXPECT_FALSE(file->commit());
  }
  EXPECT_EQ(read_file(path), "another's");
  EXPECT_EQ(entries(directory), Names({"image"}));
}

TEST(AtomicFile, RefusesWhatIsNoFile) {
  const ScratchDirectory directory;
  std::filesystem::create_directory(directory / "directory");
  ASSERT_EQ(::mkfifo((directory / "fifo").c_str(), 0600), 0);
  for (const char* name : {"directory", "fifo", "", ".", "..", "missing/image", "directory/"}) {
    EXPECT_FALSE(AtomicFile::create((directory / name).string(), IfExists::kReplace)) << name;
  }
  EXPECT_EQ(entries(directory), Names({"directory", "fifo"}));
}

TEST(AtomicFile, TakesTheLongestName) {
  const ScratchDirectory directory;
  const std::string name(255, 'x');
  auto file = AtomicFile::create((directory / name).string(), IfExists::kFail);
  ASSERT_TRUE(file);
  ASSERT_TRUE(file->commit());
  EXPECT_EQ(entries(directory), Names({name}));
}

TEST(AtomicFile, RemovesWhatAKilledProcessLeft) {
  const ScratchDirectory directory;
  directory.write(".image.zvfs-tmp.1", "left by a killed process");
  directory.write(".image.zvfs-tmp.2", "in use");
  directory.write(".other.zvfs-tmp.1", "of another image");
  const UniqueFd in_use(::open((directory / ".image.zvfs-tmp.2").c_str(), O_RDONLY));
  ASSERT_EQ(::flock(in_use.get(), LOCK_EX), 0);
  auto file = AtomicFile::create((directory / "image").string(), IfExists::kFail);
  ASSERT_TRUE(file && file->commit());
  EXPECT_EQ(entries(directory), Names({".image.zvfs-tmp.2", ".other.zvfs-tmp.1", "image"}));
}

TEST(AtomicFile, FindsAnotherNameWhereItsOwnIsTaken) {
  const ScratchDirectory directory;
  auto first = AtomicFile::create((directory / "image").string(), IfExists::kFail);
  auto second = AtomicFile::create((directory / "image").string(), IfExists::kReplace);
  ASSERT_TRUE(first && second);
  write(*first, "first");
  write(*second, "second");
  ASSERT_TRUE(first->commit());
  ASSERT_TRUE(second->commit());
  EXPECT_EQ(read_file(directory / "image"), "second");
}

TEST(AtomicFile, IsRemovedBySignals) {
  for (const int signal :
       {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGPIPE, SIGXCPU, SIGALRM, SIGPOLL, SIGVTALRM, SIGPROF,
        SIGUSR1, SIGUSR2, SIGPWR, SIGSTKFLT, SIGRTMIN, SIGRTMIN + 1, SIGRTMAX}) {
    const ScratchDirectory directory;
    const pid_t child = ::fork();
    if (child == 0) {
      const rlimit no_core = {};
      ::setrlimit(RLIMIT_CORE, &no_core);
      install_signal_cleanup();
      const auto file = AtomicFile::create((directory / "image").string(), IfExists::kFail);
      ::raise(signal);
      ::_exit(99);
    }
    int status = 0;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    EXPECT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == signal) << status;
    EXPECT_EQ(entries(directory), Names());
  }
}

// As a library's, which takes memory, but may not throw.
void call_in_noexcept(void (*act)()) noexcept { act(); }

TEST(AtomicFile, IsRemovedWhereALibraryEndsTheProcess) {
  const ScratchDirectory directory;
  const auto end_by = [&](auto&& act) {
    const ExitCleanup cleanup("tool", 7);
    const auto file = AtomicFile::create((directory / "image").string(), IfExists::kFail);
    act();
  };
  const auto out_of_memory = [] { call_in_noexcept(+[] { throw std::bad_alloc(); }); };
  EXPECT_EXIT(end_by(out_of_memory), ::testing::ExitedWithCode(7), "^tool: out of memory\n$");
  EXPECT_EQ(entries(directory), Names());
  EXPECT_EXIT(end_by([] { std::exit(1); }), ::testing::ExitedWithCode(7), "^$");
  EXPECT_EQ(entries(directory), Names());
  const auto mistaken = [] { call_in_noexcept(+[] { throw std::exception(); }); };
  EXPECT_EXIT(end_by(mistaken), ::testing::KilledBySignal(SIGABRT), "");
}

TEST(AtomicFile, IgnoresSignalsThatWereIgnored) {
  const ScratchDirectory directory;
  const pid_t child = ::fork();
  if (child == 0) {
    std::signal(SIGHUP, SIG_IGN);
    install_signal_cleanup();
    auto file = AtomicFile::create((directory / "image").string(), IfExists::kFail);
    ::raise(SIGHUP);
    ::_exit(file && file->commit() ? 0 : 1);
  }
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0);
  EXPECT_EQ(entries(directory), Names({"image"}));
}

}  // namespace
}  // namespace zvfs
