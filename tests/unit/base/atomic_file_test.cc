#include "base/atomic_file.h"

#include <algorithm>
#include <array>
#include <csignal>
#include <fcntl.h>
#include <grp.h>
#include <optional>
#include <string>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <sys/xattr.h>
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

// Replaces `path`, and returns the status of the new file.
struct stat replace(const std::string& path, mode_t umask = 022) {
  const mode_t before = ::umask(umask);
  auto file = AtomicFile::create(path, IfExists::kReplace);
  ::umask(before);
  EXPECT_TRUE(file && file->commit());
  struct stat status {};
  EXPECT_EQ(::stat(path.c_str(), &status), 0);
  return status;
}

constexpr const char* kAcl = "system.posix_acl_access";
// User 1001 may read, the group may not: the mode is 0640.
constexpr std::array<std::uint32_t, 11> kOneUser = {
    2,          0x0006'0001, 0xFFFFFFFF, 0x0004'0002, 1001,      0x0000'0004,
    0xFFFFFFFF, 0x0004'0010, 0xFFFFFFFF, 0x0000'0020, 0xFFFFFFFF};

bool set_acl(const std::string& path, const char* name = kAcl) {
  return ::setxattr(path.c_str(), name, kOneUser.data(), sizeof(kOneUser), 0) == 0;
}

TEST(AtomicFile, KeepsModeAndGroup) {
  const ScratchDirectory directory;
  const std::string path = directory.write("image", "old");
  for (const mode_t mode : {0600U, 0640U, 0664U, 0777U, 0604U}) {
    ASSERT_EQ(::chmod(path.c_str(), mode), 0);
    EXPECT_EQ(replace(path, 077).st_mode & 07777, mode);
  }
  if (::geteuid() != 0) GTEST_SKIP() << "only root may give a file to another group";
  ASSERT_EQ(::chown(path.c_str(), static_cast<uid_t>(-1), 100), 0);
  ASSERT_EQ(::chmod(path.c_str(), 0640), 0);
  const struct stat status = replace(path);
  EXPECT_EQ(status.st_gid, 100U);
  EXPECT_EQ(status.st_mode & 07777, 0640U);
}

// Runs `act` as user and group 1000, who owns the directory; true if it returns true.
template <typename Act>
bool works_as_user(const ScratchDirectory& directory, Act act) {
  EXPECT_EQ(::chown(directory.path().c_str(), 1000, 1000), 0);
  const pid_t child = ::fork();
  if (child == 0) {
    const bool is_user = ::setgroups(0, nullptr) == 0 && ::setgid(1000) == 0 && ::setuid(1000) == 0;
    ::_exit(is_user && act() ? 0 : 1);
  }
  int status = 0;
  EXPECT_EQ(::waitpid(child, &status, 0), child);
  return status == 0;
}

TEST(AtomicFile, GivesAnotherGroupNothing) {
  if (::geteuid() != 0) GTEST_SKIP() << "only root can become another user";
  const ScratchDirectory directory;
  const std::string path = directory.write("image", "old");
  for (const auto& [before, after] :
       {std::pair<mode_t, mode_t>{0660, 0600}, {0664, 0604}, {0604, 0600}, {0644, 0604}}) {
    ASSERT_EQ(::chown(path.c_str(), 1000, 100), 0);
    ASSERT_EQ(::chmod(path.c_str(), before), 0);
    const mode_t expected = after;
    EXPECT_TRUE(works_as_user(directory, [&] {
      const struct stat status = replace(path);
      return status.st_gid == 1000 && (status.st_mode & 07777) == expected;
    })) << before;
  }
}

TEST(AtomicFile, GivesNobodyMoreThanTheFileOfAnotherDid) {
  if (::geteuid() != 0) GTEST_SKIP() << "only root can make the file of another user";
  const ScratchDirectory directory;
  const std::string path = directory.write("image", "old");
  for (const auto& [before, after] :
       {std::pair<mode_t, mode_t>{0600, 0600}, {0640, 0640}, {0666, 0644}, {0777, 0644}}) {
    ASSERT_EQ(::chown(path.c_str(), 1000, 100), 0);
    ASSERT_EQ(::chmod(path.c_str(), before), 0);
    const struct stat status = replace(path);
    EXPECT_EQ(status.st_mode & 07777, after);
    EXPECT_EQ(status.st_uid, 0U);
    EXPECT_EQ(status.st_gid, 100U);
  }
}

TEST(AtomicFile, KeepsAnAcl) {
  const ScratchDirectory directory;
  const std::string path = directory.write("image", "old");
  if (!set_acl(path)) GTEST_SKIP() << "no ACLs on this filesystem";
  EXPECT_EQ(replace(path).st_mode & 07777, 0640U);
  EXPECT_EQ(::getxattr(path.c_str(), kAcl, nullptr, 0), static_cast<ssize_t>(sizeof(kOneUser)));
  if (::geteuid() != 0) return;
  // The user's own entry would not be the old owner's, and the mask is not the group's.
  ASSERT_EQ(::chown(path.c_str(), 1000, 100), 0);
  EXPECT_EQ(replace(path).st_mode & 07777, 0600U);
}

TEST(AtomicFile, TakesNoAclFromItsDirectory) {
  const ScratchDirectory directory;
  const std::string path = directory.write("image", "old");
  ASSERT_EQ(::chmod(path.c_str(), 0640), 0);
  if (!set_acl(directory.path(), "system.posix_acl_default")) {
    GTEST_SKIP() << "no ACLs on this filesystem";
  }
  EXPECT_EQ(replace(path).st_mode & 07777, 0640U);
  EXPECT_LT(::getxattr(path.c_str(), kAcl, nullptr, 0), 0);
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
