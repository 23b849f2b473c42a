#include "fuse/mount/background.h"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <optional>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fuse/serve/log.h"

namespace zvfs {
namespace {

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

void detach(LogSink log, UniqueFd& null, UniqueFd& ready_pipe) {
  setsid();
  if (null.is_open()) {
    for (const int stream : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) dup2(null.get(), stream);
  }
  null.reset();
  log_to(std::move(log));
  const char byte = 0;
  // The parent may have been killed meanwhile; serve nevertheless.
  [[maybe_unused]] const ssize_t written = write(ready_pipe.get(), &byte, 1);
  ready_pipe.reset();
}

// The device of the filesystem at `path`; nothing, with errno set, when it does not answer.
std::optional<dev_t> device_at(const std::string& path) {
  struct stat attributes = {};
  if (stat(path.c_str(), &attributes) != 0) return std::nullopt;
  return attributes.st_dev;
}

bool wait_until_ready(const UniqueFd& ready_pipe) {
  char byte = 0;
  ssize_t count = 0;
  while ((count = read(ready_pipe.get(), &byte, 1)) < 0 && errno == EINTR) {
  }
  return count == 1;
}

ExitStatus status_of_ended(pid_t child) {
  int status = 0;
  while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  if (WIFEXITED(status) && WEXITSTATUS(status) != 0) {
    return static_cast<ExitStatus>(WEXITSTATUS(status));
  }
  log_error(WIFSIGNALED(status) ? std::string("killed by signal ") + strsignal(WTERMSIG(status))
                                : std::string("exited before it could serve"));
  return ExitStatus::kMountFailure;
}

}  // namespace

ExitStatus run_in_background(const std::string& mount_point,
                             const std::function<ExitStatus(const Ready&)>& daemon) {
  const std::optional<dev_t> below = device_at(mount_point);
  if (!below) return complain(errno, mount_point);
  Pipe pipe;
  if (!open_pipe(pipe)) return complain(errno, "cannot create a pipe");
  const pid_t child = fork();
  if (child < 0) return complain(errno, "cannot fork");
  if (child == 0) {
    pipe.read_end.reset();
    UniqueFd null(open("/dev/null", O_RDWR | O_CLOEXEC));
    if (chdir("/") != 0) log_warning(std::string("cannot change to /: ") + std::strerror(errno));
    return daemon([&](LogSink log) { detach(std::move(log), null, pipe.write_end); });
  }

  pipe.write_end.reset();
  if (!wait_until_ready(pipe.read_end)) return status_of_ended(child);
  // The kernel answers this only after it has negotiated the protocol with the daemon.
  struct statvfs statistics = {};
  if (statvfs(mount_point.c_str(), &statistics) != 0) return complain(errno, mount_point);
  // A daemon that failed to start a thread has unmounted: what answered was the directory below.
  return device_at(mount_point) == below ? status_of_ended(child) : ExitStatus::kSuccess;
}

}  // namespace zvfs
