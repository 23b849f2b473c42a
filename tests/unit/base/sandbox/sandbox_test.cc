#include "base/sandbox/sandbox.h"

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <fcntl.h>
#include <functional>
#include <seccomp.h>
#include <string>
#include <string_view>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include <vector>

#include <gtest/gtest.h>

namespace zvfs {
namespace {

// What a process needs to read, write and end.
constexpr const char* kLeast[] = {"read",   "write",   "lseek",        "brk",       "munmap",
                                  "mremap", "madvise", "rt_sigaction", "exit_group"};

bool mentions(const std::vector<std::string>& missing, std::string_view word) {
  return std::ranges::any_of(
      missing, [&](const std::string& what) { return what.find(word) != std::string::npos; });
}

// Whether `works` returns true in a sandboxed process of its own.
bool works_inside(const std::function<bool()>& works,
                  const SandboxRules& rules = {.system_calls = kLeast}) {
  const pid_t process = ::fork();
  if (process == 0) {
    const std::vector<std::string> missing = enter_sandbox(rules);
    if (mentions(missing, "seccomp") || mentions(missing, "sanitizer")) ::_exit(EXIT_FAILURE);
    ::_exit(works() ? EXIT_SUCCESS : EXIT_FAILURE);
  }
  int status = 0;
  EXPECT_EQ(::waitpid(process, &status, 0), process);
  EXPECT_TRUE(WIFEXITED(status)) << status;
  return status == 0;
}

class Sandbox : public testing::Test {
 protected:
  void SetUp() override {
    if (!works_inside([] { return true; })) GTEST_SKIP() << "this kernel has no seccomp";
  }
};

TEST_F(Sandbox, LeavesMemoryAndOpenDescriptors) {
  EXPECT_TRUE(works_inside([] { return std::string(100'000'000, 'x').back() == 'x'; }));
  const int file = ::open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
  ASSERT_GE(file, 0);
  EXPECT_TRUE(works_inside([&] {
    char byte = 0;
    return ::read(file, &byte, 1) == 1 && ::lseek(file, 0, SEEK_SET) == 0;
  }));
  ::close(file);
  int ends[2];
  ASSERT_EQ(::pipe2(ends, O_CLOEXEC), 0);
  EXPECT_TRUE(works_inside([&] { return ::write(ends[1], "x", 1) == 1; }));
  ::close(ends[0]);
  ::close(ends[1]);
}

TEST_F(Sandbox, ForbidsAllElse) {
  const auto forbids = [](const std::function<long()>& call) {
    return works_inside([&] { return call() < 0 && errno == EPERM; });
  };
  EXPECT_TRUE(forbids([] { return ::open("/dev/null", O_RDONLY); }));
  EXPECT_TRUE(forbids([] { return ::socket(AF_UNIX, SOCK_STREAM, 0); }));
  EXPECT_TRUE(forbids([] { return ::fork(); }));
  EXPECT_TRUE(forbids([] { return ::execl("/bin/true", "true", nullptr); }));
  EXPECT_TRUE(forbids([] { return ::unlink("/tmp/none"); }));
  EXPECT_TRUE(forbids([] { return ::kill(::getppid(), 0); }));
  EXPECT_TRUE(forbids([] { return ::syscall(SYS_ptrace, 0, 0, 0, 0); }));
  EXPECT_TRUE(forbids([] {
    void* const page = ::mmap(nullptr, 4096, PROT_READ | PROT_WRITE | PROT_EXEC,
                              MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    return page == MAP_FAILED ? -1L : 0L;
  }));
}

TEST_F(Sandbox, AllowsWhatRulesName) {
  constexpr const char* kCalls[] = {"exit_group", "getppid"};
  EXPECT_TRUE(works_inside([] { return ::getppid() > 0; }, {.system_calls = kCalls}));
  EXPECT_FALSE(works_inside([] { return ::getppid() > 0; }));
}

TEST_F(Sandbox, LeavesFilesAsTheyAre) {
  char name[] = "/tmp/sandbox-test-XXXXXX";
  const int file = ::mkstemp(name);
  ASSERT_GE(file, 0);
  ::unlink(name);
  const auto write = [&] {
    ::signal(SIGXFSZ, SIG_IGN);
    return ::write(file, "x", 1) == 1;
  };
  EXPECT_TRUE(works_inside(write));
  EXPECT_FALSE(works_inside(write, {.system_calls = kLeast, .may_write_files = false}));
  ::close(file);
}

// As in a container that forbids it, or on an old kernel.
TEST_F(Sandbox, WorksAndSaysSoWhereTheKernelHasNone) {
  const pid_t process = ::fork();
  if (process == 0) {
    const scmp_filter_ctx filter = ::seccomp_init(SCMP_ACT_ALLOW);
    for (const int call : {SCMP_SYS(seccomp), SCMP_SYS(landlock_create_ruleset)}) {
      ::seccomp_rule_add(filter, SCMP_ACT_ERRNO(ENOSYS), call, 0);
    }
    const scmp_arg_cmp is_seccomp = {0, SCMP_CMP_EQ, 22, 0};  // PR_SET_SECCOMP
    ::seccomp_rule_add(filter, SCMP_ACT_ERRNO(EINVAL), SCMP_SYS(prctl), 1, is_seccomp);
    if (::seccomp_load(filter) != 0) ::_exit(2);
    const std::vector<std::string> missing = enter_sandbox({});
    const bool says_so = mentions(missing, "seccomp") && mentions(missing, "landlock");
    ::_exit(says_so ? EXIT_SUCCESS : 3);
  }
  int status = 0;
  ASSERT_EQ(::waitpid(process, &status, 0), process);
  EXPECT_EQ(status, 0);
}

}  // namespace
}  // namespace zvfs
