#include "fuse/mount/daemon_sandbox.h"

#include <cerrno>
#include <csignal>
#include <fcntl.h>
#include <functional>
#include <netinet/in.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

#include <gtest/gtest.h>

#include "tests/support/scratch_directory.h"

namespace zvfs {
namespace {

// What a child process found: 0 if `act` returned true in the sandbox, 1 if false, 2 if the system
// or a sanitizer lacks a part of the sandbox.
int in_sandbox(const std::function<bool()>& act) {
  const pid_t child = ::fork();
  if (child == 0) {
    const bool complete = enter_sandbox(daemon_sandbox_rules()).empty();
    ::_exit(!complete ? 2 : act() ? 0 : 1);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

void expect_in_sandbox(const std::function<bool()>& act) {
  const int found = in_sandbox(act);
  if (found == 2) GTEST_SKIP() << "a part of the sandbox is not to be had here";
  EXPECT_EQ(found, 0);
}

// True if a system call, whose result is given, was refused.
bool is_refused(long result) { return result == -1 && (errno == EPERM || errno == EACCES); }

TEST(DaemonSandbox, OpensNoFile) {
  expect_in_sandbox([] { return is_refused(::open("/etc/passwd", O_RDONLY)); });
  expect_in_sandbox([] { return is_refused(::open("/proc/self/status", O_RDONLY)); });
  expect_in_sandbox([] { return is_refused(::syscall(SYS_openat2, AT_FDCWD, "/", nullptr, 0)); });
  expect_in_sandbox([] { return is_refused(::unlink("/nothing")); });
}

TEST(DaemonSandbox, MakesNoConnection) {
  expect_in_sandbox([] { return is_refused(::socket(AF_INET, SOCK_STREAM, 0)); });
  expect_in_sandbox([] { return is_refused(::socket(AF_UNIX, SOCK_DGRAM, 0)); });
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  const int made_before = ::socket(AF_INET, SOCK_STREAM, 0);
  expect_in_sandbox([&] {
    return is_refused(
        ::connect(made_before, reinterpret_cast<sockaddr*>(&address), sizeof(address)));
  });
  ::close(made_before);
}

TEST(DaemonSandbox, RunsNoProgramAndNoProcess) {
  expect_in_sandbox([] { return is_refused(::execl("/bin/true", "true", nullptr)); });
  expect_in_sandbox([] { return is_refused(::fork()); });
  expect_in_sandbox([] { return is_refused(::vfork()); });
}

TEST(DaemonSandbox, TouchesNoOtherProcess) {
  const pid_t parent = ::getpid();
  expect_in_sandbox([&] { return is_refused(::ptrace(PTRACE_ATTACH, parent, 0, 0)); });
  expect_in_sandbox([&] { return is_refused(::kill(parent, 0)); });
  expect_in_sandbox([&] {
    return is_refused(::syscall(SYS_process_vm_readv, parent, nullptr, 0, nullptr, 0, 0));
  });
}

TEST(DaemonSandbox, MountsNothingAndLoadsNothing) {
  expect_in_sandbox([] { return is_refused(::mount("none", "/", "tmpfs", 0, nullptr)); });
  expect_in_sandbox([] { return is_refused(::umount2("/nothing", MNT_DETACH)); });
  expect_in_sandbox([] { return is_refused(::syscall(SYS_bpf, 0, nullptr, 0)); });
  expect_in_sandbox([] { return is_refused(::syscall(SYS_init_module, nullptr, 0, "")); });
}

TEST(DaemonSandbox, DoesNotWriteToWhatIsOpenForReading) {
  const testing::ScratchDirectory scratch;
  const std::string path = (scratch.path() / "image").string();
  ::close(::open(path.c_str(), O_WRONLY | O_CREAT, 0600));
  const int image = ::open(path.c_str(), O_RDONLY);
  expect_in_sandbox([&] { return ::write(image, "x", 1) == -1 && errno == EBADF; });
  expect_in_sandbox([&] { return is_refused(::ftruncate(image, 1)); });
  expect_in_sandbox([&] { return is_refused(::fchmod(image, 0777)); });
  ::close(image);
}

TEST(DaemonSandbox, HasNoCapability) {
  expect_in_sandbox([] { return is_refused(::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)); });
  expect_in_sandbox([] { return is_refused(::setuid(0)); });
  expect_in_sandbox([] {
    const rlimit more = {1, 1};
    return is_refused(::setrlimit(RLIMIT_CORE, &more));
  });
}

TEST(DaemonSandbox, LetsItWork) {
  int ends[2];
  ASSERT_EQ(::pipe(ends), 0);
  expect_in_sandbox([&] {
    bool ran = false;
    std::thread thread([&] { ran = true; });
    thread.join();
    char byte = 'x';
    const std::vector<char> memory(std::size_t{64} << 20, 'y');
    const timespec moment = {0, 1000};
    return ran && ::write(ends[1], &byte, 1) == 1 && ::read(ends[0], &byte, 1) == 1 &&
           memory.back() == 'y' && ::nanosleep(&moment, nullptr) == 0 &&
           std::signal(SIGUSR1, SIG_IGN) != SIG_ERR;
  });
}

}  // namespace
}  // namespace zvfs
