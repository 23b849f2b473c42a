#include "fuse/mount/broker.h"

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <fcntl.h>
#include <string>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <syslog.h>
#include <unistd.h>

#include <fmt/core.h>

#include "fuse/serve/killed_caller.h"
#include "fuse/serve/log.h"

namespace zvfs {
namespace {

constexpr const char* kBrokerName = "zvfs-broker";
constexpr const char* kNullDevice = "/dev/null";

// Each message is a letter and what follows. Those that ask are answered with one byte.
constexpr char kUnmount = 'u';
constexpr char kUnmountDead = 'd';
constexpr char kIsKilled = 'k';  // followed by a pid_t
constexpr char kLog = 'l';       // followed by the priority, a byte, and a line
constexpr std::size_t kMaxMessage = 16 << 10;

// The process on the other side of the fork. Make it on this side, so that it lacks nothing there:
// the daemon gives up its rights since there is a broker that has them.
class BrokerProcess {
 public:
  explicit BrokerProcess(const MountPlace& place)
      : place_(place),
        log_name_(fmt::format("{}[{}]", kProgramName, getpid())),
        null_(open(kNullDevice, O_RDWR | O_CLOEXEC)) {}

  [[nodiscard]] bool is_ready() const { return null_.is_open(); }

  /// Serves until the daemon closes the other end of `socket`. Takes no memory.
  [[noreturn]] void run(const UniqueFd& socket) const;

 private:
  void detach(const UniqueFd& socket) const;
  void handle(std::string_view message) const;

  const MountPlace& place_;
  const std::string log_name_;  // with the number of the daemon
  const UniqueFd null_;
};

constexpr int kSocket = STDERR_FILENO + 1;

void answer(bool yes) {
  const char byte = yes ? 1 : 0;
  static_cast<void>(::send(kSocket, &byte, 1, MSG_NOSIGNAL));
}

// Nothing of the daemon's stays open or keeps a directory busy: its caller waits for the end of a
// pipe. `ps` shows it under its own name.
void BrokerProcess::detach(const UniqueFd& socket) const {
  setsid();
  static_cast<void>(chdir("/"));
  for (const int number : {SIGTERM, SIGINT, SIGHUP, SIGUSR1}) std::signal(number, SIG_IGN);
  for (const int stream : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) dup2(null_.get(), stream);
  dup3(socket.get(), kSocket, O_CLOEXEC);
  closefrom(kSocket + 1);
  const std::size_t room = std::strlen(program_invocation_name);
  std::memset(program_invocation_name, 0, room);
  std::string_view(kBrokerName).copy(program_invocation_name, room);
  prctl(PR_SET_NAME, kBrokerName);
  openlog(log_name_.c_str(), 0, LOG_DAEMON);
}

void BrokerProcess::handle(std::string_view message) const {
  const std::string_view rest = message.substr(1);
  if (message[0] == kUnmount) {
    unmount_lazily(place_);
    answer(true);
  } else if (message[0] == kUnmountDead) {
    unmount_dead(place_);
    answer(true);
  } else if (message[0] == kIsKilled && rest.size() == sizeof(pid_t)) {
    pid_t thread = 0;
    std::memcpy(&thread, rest.data(), sizeof(thread));
    answer(zvfs::is_being_killed(thread));
  } else if (message[0] == kLog && !rest.empty()) {
    const std::string_view line = rest.substr(1);
    syslog(rest[0] & LOG_PRIMASK, "%.*s", static_cast<int>(line.size()), line.data());
  }
}

void BrokerProcess::run(const UniqueFd& socket) const {
  detach(socket);
  std::array<char, kMaxMessage> message;
  while (true) {
    const ssize_t size = ::recv(kSocket, message.data(), message.size(), 0);
    if (size < 0 && errno == EINTR) continue;
    if (size <= 0) ::_exit(0);
    handle({message.data(), static_cast<std::size_t>(size)});
  }
}

}  // namespace

Result<std::shared_ptr<Broker>> Broker::start(const MountPlace& place) {
  int ends[2];
  if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0) {
    return fail_errno(errno, "cannot make a socket");
  }
  UniqueFd ours(ends[0]);
  const UniqueFd theirs(ends[1]);
  const BrokerProcess process(place);
  if (!process.is_ready()) return fail_errno(errno, kNullDevice);
  const pid_t child = fork();
  if (child < 0) return fail_errno(errno, "cannot fork");
  if (child == 0) process.run(theirs);
  return std::shared_ptr<Broker>(new Broker(std::move(ours)));
}

// Sends a request and waits for its answer; true if it is yes, or nobody is there to give it.
bool Broker::ask(std::string_view request) {
  const MutexLock lock(mutex_);
  if (::send(socket_.get(), request.data(), request.size(), MSG_NOSIGNAL) < 0) return true;
  char answer = 1;
  while (::recv(socket_.get(), &answer, 1, 0) < 0 && errno == EINTR) {
  }
  return answer != 0;
}

void Broker::unmount() { static_cast<void>(ask({&kUnmount, 1})); }

void Broker::unmount_dead() { static_cast<void>(ask({&kUnmountDead, 1})); }

bool Broker::is_being_killed(pid_t thread) {
  std::array<char, 1 + sizeof(thread)> request = {kIsKilled};
  std::memcpy(request.data() + 1, &thread, sizeof(thread));
  return ask({request.data(), request.size()});
}

void Broker::log(int priority, std::string_view line) {
  std::array<char, kMaxMessage> message = {kLog, static_cast<char>(priority)};
  const std::size_t size = line.copy(message.data() + 2, message.size() - 2);
  static_cast<void>(::send(socket_.get(), message.data(), 2 + size, MSG_DONTWAIT | MSG_NOSIGNAL));
}

}  // namespace zvfs
