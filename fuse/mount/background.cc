#include "fuse/mount/background.h"

#include <cerrno>
#include <csignal>
#include <cstring>
#include <fcntl.h>
#include <optional>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/quoting.h"
#include "fuse/mount/mount_table.h"
#include "fuse/serve/log.h"

namespace zvfs {
namespace {

constexpr const char* kNull = "/dev/null";

struct Pipe {
  UniqueFd read_end;
  UniqueFd write_end;
};

bool open_pipe(Pipe& pipe) {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) return false;
  pipe.read_end = UniqueFd(ends[0]);
  pipe.write_end = UniqueFd(ends[1]);
  return true;
}

ExitStatus complain(int error_number, const std::string& what) {
  const MountFailure failure = system_failure(error_number, what);
  log_error(failure.message);
  return failure.status;
}

void replace_standard_streams(const UniqueFd& null) {
  for (const int stream : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) dup2(null.get(), stream);
}

void detach(LogSink log, UniqueFd& null, UniqueFd& ready_pipe) {
  setsid();
  replace_standard_streams(null);
  null.reset();
  log_to(std::move(log));
  const char byte = 0;
  // The parent may have been killed meanwhile; serve nevertheless.
  [[maybe_unused]] const ssize_t written = write(ready_pipe.get(), &byte, 1);
  ready_pipe.reset();
}

bool wait_until_ready(const UniqueFd& ready_pipe) {
  char byte = 0;
  ssize_t count = 0;
  while ((count = read(ready_pipe.get(), &byte, 1)) < 0 && errno == EINTR) {
  }
  return count == 1;
}

// Errors of the daemon are on standard error until it has detached.
enum class Stage { kStarting, kDetached };

ExitStatus status_of_ended(pid_t child, Stage stage) {
  int status = 0;
  while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  if (WIFEXITED(status) && WEXITSTATUS(status) != 0) {
    if (stage == Stage::kDetached) log_error("the daemon cannot serve; syslog has the reason");
    return static_cast<ExitStatus>(WEXITSTATUS(status));
  }
  log_error(WIFSIGNALED(status) ? std::string("killed by signal ") + strsignal(WTERMSIG(status))
                                : std::string("exited before it could serve"));
  return ExitStatus::kMountFailure;
}

// Ends a daemon whose mount does not answer. Takes no memory.
void end(pid_t child) {
  kill(child, SIGTERM);
  while (waitpid(child, nullptr, 0) < 0 && errno == EINTR) {
  }
}

// What became of the mount after the daemon has detached. `below` is the device of the mount point.
ExitStatus status_of_mount(const std::string& mount_point, dev_t below, pid_t child) {
  // The kernel answers this only after it has negotiated the protocol with the daemon.
  struct statvfs statistics = {};
  std::optional<dev_t> device;
  if (statvfs(mount_point.c_str(), &statistics) == 0) device = device_at(mount_point);
  const int error_number = errno;
  if (device && *device != below) return ExitStatus::kSuccess;
  // A daemon that failed to start a thread has unmounted: what answered was the directory below.
  if (device || error_number == ENOTCONN) return status_of_ended(child, Stage::kDetached);
  end(child);
  return complain(error_number, quote_name(mount_point));
}

}  // namespace

ExitStatus run_in_background(const std::string& mount_point,
                             const std::function<ExitStatus(const Ready&)>& daemon) {
  const std::optional<dev_t> below = device_at(mount_point);
  if (!below) return complain(errno, quote_name(mount_point));
  Pipe pipe;
  if (!open_pipe(pipe)) return complain(errno, "cannot create a pipe");
  // Opened now: a daemon that could not open it would keep its caller waiting for its messages.
  UniqueFd null(open(kNull, O_RDWR | O_CLOEXEC));
  if (!null.is_open()) return complain(errno, kNull);
  const pid_t child = fork();
  if (child < 0) return complain(errno, "cannot fork");
  if (child == 0) {
    pipe.read_end.reset();
    if (chdir("/") != 0) log_warning(std::string("cannot change to /: ") + std::strerror(errno));
    return daemon([&](LogSink log) { detach(std::move(log), null, pipe.write_end); });
  }

  pipe.write_end.reset();
  if (!wait_until_ready(pipe.read_end)) return status_of_ended(child, Stage::kStarting);
  return status_of_mount(mount_point, *below, child);
}

}  // namespace zvfs
