#include "fuse/mount/session.h"

#include <cerrno>
#include <chrono>
#include <fcntl.h>
#include <sys/mount.h>
#include <thread>
#include <unistd.h>

#include "fuse/mount/device_io.h"
#include "fuse/mount/exit_deadline.h"
#include "fuse/mount/stderr_capture.h"
#include "fuse/serve/callbacks.h"

namespace zvfs {
namespace {

constexpr int kThreadFailure = -1;  // of fuse_session_loop_mt(), whose other errors are errno's

// A thread must always be free to read the next request: it may be an interruption, or one whose
// answer is at hand while the others wait for a slow disk. How much work is done at once, and with
// how much memory, is bounded elsewhere (DecodeGate). So libfuse may start a thread whenever all
// are busy, and ends those that are idle beyond kMaxIdleThreads. A thread takes some 40 KiB.
constexpr unsigned kMaxThreads = 1024;
constexpr unsigned kMaxIdleThreads = 32;

// The arguments of fuse_session_new(), in libfuse's form.
class FuseArguments {
 public:
  FuseArguments() { add("mount.zvfs"); }
  ~FuseArguments() { fuse_opt_free_args(&args_); }
  FuseArguments(const FuseArguments&) = delete;
  FuseArguments& operator=(const FuseArguments&) = delete;

  void add_option(std::string_view option) { add("-o" + escape_option(option)); }
  [[nodiscard]] bool ok() const { return ok_; }
  fuse_args* get() { return &args_; }

 private:
  void add(const std::string& argument) {
    ok_ = ok_ && fuse_opt_add_arg(&args_, argument.c_str()) == 0;
  }

  fuse_args args_ = {};
  bool ok_ = true;
};

void add_options(const MountOptions& options, const std::string& source, bool is_root,
                 FuseArguments& arguments) {
  arguments.add_option("ro");  // without it, every read makes the kernel ask for the access time
  arguments.add_option("default_permissions");
  if (is_root && !options.has_access_option) arguments.add_option("allow_other");
  if (!options.has_fsname) arguments.add_option("fsname=" + source);
  if (!options.has_subtype) arguments.add_option("subtype=zvfs");
  if (options.max_read_bytes != 0) {
    arguments.add_option(fmt::format("max_read={}", options.max_read_bytes));
  }
  if (options.debug) arguments.add_option("debug");
  for (const std::string& option : options.fuse_options) arguments.add_option(option);
}

constexpr std::chrono::milliseconds kWakePeriod{10};

int wake_signal() { return SIGRTMIN; }

// The wake signal must only interrupt a system call. A closed standard error must not end a daemon.
void set_signal_actions() {
  struct sigaction action = {};
  action.sa_handler = [](int) {};
  sigaction(wake_signal(), &action, nullptr);
  action.sa_handler = SIG_IGN;
  sigaction(SIGPIPE, &action, nullptr);
}

struct LoopConfigDeleter {
  void operator()(fuse_loop_config* config) const { fuse_loop_cfg_destroy(config); }
};

}  // namespace

Result<std::unique_ptr<Session>> Session::create(const MountOptions& options,
                                                 const std::string& source,
                                                 Connection& connection) {
  constexpr const char* kNoMemory = "no memory for a FUSE session";
  StderrCapture capture;
  FuseArguments arguments;
  add_options(options, source, geteuid() == 0, arguments);
  if (!arguments.ok()) return fail(ErrorCode::kNoMemory, "{}", kNoMemory);

  errno = 0;
  fuse_session* created =
      fuse_session_new(arguments.get(), &callbacks(), sizeof(fuse_lowlevel_ops), &connection);
  if (created == nullptr && errno == ENOMEM) return fail(ErrorCode::kNoMemory, "{}", kNoMemory);
  if (created == nullptr) return fail(ErrorCode::kInvalidArgument, "{}", capture.last_line());
  return std::unique_ptr<Session>(new Session(created, connection, options.nosymfollow));
}

Session::~Session() {
  if (!place_.mount_point.empty()) {
    unmount();
    // This only frees memory now. While the connection lasts, since something covers the mount or
    // is busy in it, it would unmount whatever is at the mount point. Closing the device ends that
    // connection.
    if (has_connection_ended(fuse_session_fd(session_))) fuse_session_unmount(session_);
  }
  fuse_session_destroy(session_);
}

Result<void> Session::mount(const std::string& mount_point) {
  StderrCapture capture;
  std::string mounted_at = mount_point;  // copied before, so that nothing fails in between
  if (fuse_session_mount(session_, mount_point.c_str()) != 0) {
    return fail(ErrorCode::kIo, "{}", capture.last_line());
  }
  place_ = place_of_mount(std::move(mounted_at));
  if (nosymfollow_) ZVFS_TRY(forbid_symlinks());
  return watch_device(session_);
}

// libfuse and mount(2), as it uses it, know no such flag. Nobody has followed a link yet, since no
// request was answered.
Result<void> Session::forbid_symlinks() const {
  mount_attr attributes = {};
  attributes.attr_set = MOUNT_ATTR_NOSYMFOLLOW;
  if (mount_setattr(AT_FDCWD, place_.mount_point.c_str(), 0, &attributes, sizeof attributes) == 0) {
    return {};
  }
  return fail_errno(errno, "cannot set nosymfollow");
}

Result<void> Session::start_broker() {
  broker_ = ZVFS_TRY(Broker::start(place_));
  return {};
}

void Session::unmount() {
  const bool is_dead = has_connection_ended(fuse_session_fd(session_));
  if (broker_ == nullptr) {
    is_dead ? unmount_dead(place_) : unmount_lazily(place_);
  } else {
    is_dead ? broker_->unmount_dead() : broker_->unmount();
  }
}

int Session::store(InodeNumber inode, std::uint64_t offset, ByteSpan content) {
  fuse_bufvec buffer{};
  buffer.count = 1;
  buffer.buf[0].size = content.size();
  buffer.buf[0].mem = const_cast<std::byte*>(content.data());  // it is only read
  buffer.buf[0].fd = -1;
  // One writev: for files of this size, splicing through a pipe costs more than it saves.
  return fuse_lowlevel_notify_store(session_, inode.value, static_cast<off_t>(offset), &buffer,
                                    FUSE_BUF_NO_SPLICE);
}

// Ends libfuse's loop, in which `loop_thread` checks a flag and then sleeps until a signal comes.
// The signal may come between the two, so it is sent until the loop has ended.
void Session::end_loop(pthread_t loop_thread) {
  is_ending_ = true;
  fuse_session_exit(session_);
  while (!loop_has_ended_) {
    pthread_kill(loop_thread, wake_signal());
    std::this_thread::sleep_for(kWakePeriod);
  }
}

// libfuse ends its loop when it has no memory for the buffer of a new thread. The connection is as
// good as before, so the loop begins anew.
int Session::run_loop(fuse_loop_config* config) {
  while (true) {
    const int status = fuse_session_loop_mt(session_, config);
    if (is_ending_) return 0;
    if (status != -ENOMEM) return status;
    std::this_thread::sleep_for(kWakePeriod);
  }
}

// In this order: first the mount goes, so that whoever stops us need not wait for the rest. If it
// has ended, a forced unmount may have left it in the namespace.
void Session::end(const std::function<void()>& stop_helpers, pthread_t loop_thread) {
  exit_within(kEndGrace);
  unmount();
  connection_.pending().stop_and_answer();
  stop_helpers();
  end_loop(loop_thread);
}

Result<void> Session::serve(const std::function<void()>& stop_helpers) {
  const std::unique_ptr<fuse_loop_config, LoopConfigDeleter> config(fuse_loop_cfg_create());
  if (config == nullptr) return fail(ErrorCode::kNoMemory, "no memory for a FUSE session");
  fuse_loop_cfg_set_max_threads(config.get(), kMaxThreads);
  fuse_loop_cfg_set_idle_threads(config.get(), kMaxIdleThreads);
  set_signal_actions();
  connection_.at_end([this] { signals_.act_now(); });
  signals_.start([&, loop_thread = pthread_self()] { end(stop_helpers, loop_thread); });
  const int status = run_loop(config.get());
  loop_has_ended_ = true;
  signals_.stop();
  if (status == kThreadFailure) return fail(ErrorCode::kIo, "cannot start a thread that serves");
  if (status < 0) return fail_errno(-status, "the connection to the kernel failed");
  return {};
}

}  // namespace zvfs
