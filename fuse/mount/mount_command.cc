#include "fuse/mount/mount_command.h"

#include <cerrno>
#include <cstdlib>
#include <fcntl.h>
#include <sched.h>
#include <sys/stat.h>
#include <tuple>
#include <unistd.h>

#include "base/quoting.h"
#include "base/standard_streams.h"
#include "base/units.h"
#include "format/digests/trusted_root.h"
#include "format/image_source.h"
#include "format/memory_limit.h"
#include "fuse/mount/daemon_sandbox.h"
#include "fuse/mount/mount_helpers.h"
#include "fuse/mount/mount_table.h"
#include "fuse/mount/session.h"
#include "fuse/serve/connection.h"
#include "fuse/serve/filesystem.h"
#include "fuse/serve/log.h"

namespace zvfs {
namespace {

constexpr const char* kFuseDevice = "/dev/fuse";
constexpr const char* kMountedType = "fuse.zvfs";

struct FreeDeleter {
  void operator()(char* text) const { std::free(text); }
};

// The absolute path without symbolic links; empty, with errno set, if it cannot be resolved.
std::string resolve(const std::string& path) {
  const std::unique_ptr<char, FreeDeleter> resolved(realpath(path.c_str(), nullptr));
  return resolved ? resolved.get() : "";
}

ExitStatus complain(const MountFailure& failure) {
  log_error(failure.message);
  return failure.status;
}

std::string verified_by(const Image& image) {
  const auto& root = image.raw().verified_root();
  return root ? ", verified by the root " + root->text() : "";
}

MountOptions with_sizes(MountOptions options) {
  choose_sizes(memory_limit(), options);
  return options;
}

}  // namespace

MountCommand::MountCommand(MountOptions options) : options_(with_sizes(std::move(options))) {}

MountCommand::Failure MountCommand::find_image() {
  image_path_ = resolve(options_.source);
  if (image_path_.empty() || access(image_path_.c_str(), R_OK) != 0) {
    return system_failure(errno, quote_name(options_.source));
  }
  return {};
}

MountCommand::Failure MountCommand::open_image() {
  auto image = open_trusted_image();
  if (image) {
    image_ = *std::move(image);
    return {};
  }
  const bool is_system = is_of_system(image.error());
  return MountFailure{is_system ? ExitStatus::kSystem : ExitStatus::kMountFailure,
                      image.error().message};
}

Result<std::unique_ptr<Image>> MountCommand::open_trusted_image() const {
  const RootTrust trust = ZVFS_TRY(RootTrust::load(options_.trust, options_.source));
  const std::string name = quote_name(options_.source);
  std::unique_ptr<const ImageSource> source = ZVFS_TRY_IN(name, FileSource::open(image_path_));
  const ImageOptions image_options{
      .cache_size_bytes = *options_.cache_size_bytes,
      .root = ZVFS_TRY_IN(name, trusted_root(*source, trust)),
  };
  return ZVFS_TRY_IN(name, Image::open(std::move(source), image_options));
}

// libfuse would report this too, but less helpfully.
MountCommand::Failure MountCommand::check_device() {
  const UniqueFd device(open(kFuseDevice, O_RDWR | O_CLOEXEC));
  if (device.is_open()) return {};
  if (errno == ENOENT || errno == ENODEV || errno == ENXIO) {
    return MountFailure{
        ExitStatus::kSystem,
        "FUSE is not available: load the kernel module (modprobe fuse), or give the "
        "container /dev/fuse"};
  }
  return system_failure(errno, kFuseDevice);
}

// Image and options are found in the caller's namespace; the mount point and mount are in this one.
MountCommand::Failure MountCommand::enter_namespace() {
  if (options_.mount_namespace.empty()) return {};
  own_namespace_ = UniqueFd(open("/proc/self/ns/mnt", O_RDONLY | O_CLOEXEC));
  const UniqueFd target(open(options_.mount_namespace.c_str(), O_RDONLY | O_CLOEXEC));
  if (!own_namespace_.is_open() || !target.is_open() || setns(target.get(), CLONE_NEWNS) != 0) {
    return system_failure(errno, "mount namespace " + quote_name(options_.mount_namespace));
  }
  return {};
}

// A daemon that stayed in a container's namespace would keep it alive.
void MountCommand::leave_namespace() {
  if (!own_namespace_.is_open()) return;
  if (setns(own_namespace_.get(), CLONE_NEWNS) != 0) {
    log_warning("cannot leave mount namespace " + options_.mount_namespace);
  }
  own_namespace_.reset();
}

MountCommand::Failure MountCommand::find_mount_point() {
  mount_point_ = resolve(options_.directory);
  struct stat attributes = {};
  if (mount_point_.empty() || stat(mount_point_.c_str(), &attributes) != 0) {
    return system_failure(errno, "mount point " + quote_name(options_.directory));
  }
  if (!S_ISDIR(attributes.st_mode))
    return system_failure(ENOTDIR, "mount point " + quote_name(mount_point_));
  return {};
}

// mount(8) lets one filesystem cover another, but not the same one twice.
MountCommand::Failure MountCommand::check_not_mounted() {
  const auto topmost = topmost_mount(mount_point_);
  if (!topmost || !*topmost) return {};
  if ((*topmost)->type != kMountedType || (*topmost)->source != image_path_) return {};
  return MountFailure{ExitStatus::kMountFailure,
                      fmt::format("{} is already mounted on {}", quote_name(image_path_),
                                  quote_name(mount_point_))};
}

void MountCommand::say_what_was_mounted() const {
  if (!options_.verbose) return;
  const IndexHeader& header = image_->header();
  const std::string line = fmt::format(
      "{}: {} mounted on {}: {} inodes, {} in {}{}\n", kProgramName, quote_name(image_path_),
      quote_name(mount_point_), header.table(Table::kInodes).rows, human_size(header.content_size),
      human_size(header.image_size), verified_by(*image_));
  // A line that nobody can read is no reason to unmount.
  std::ignore = print_to_stdout(line);
  std::ignore = flush_standard_output();
}

std::vector<std::string> MountCommand::lock_up(const Sandbox& sandbox) const {
  if (!options_.sandbox) return {"switched off by no_sandbox"};
  return sandbox.enter();
}

void MountCommand::say_what_is_missing(const std::vector<std::string>& missing) const {
  if (!options_.verbose) return;
  for (const std::string& what : missing) {
    std::ignore = print_to_stdout(fmt::format("{}: sandbox: {}\n", kProgramName, what));
  }
  std::ignore = flush_standard_output();
}

ExitStatus MountCommand::serve(const Ready& ready) {
  const Sandbox sandbox(daemon_sandbox_rules());
  InodeSet known(inode_count(image_->header()));
  const Filesystem filesystem(*image_, options_.fill ? &known : nullptr);
  MountHelpers helpers(*image_, known, options_);
  Connection connection(filesystem, helpers.helpers(), options_.max_read_bytes);
  const auto session = Session::create(options_, image_path_, connection);
  if (!session) {
    const bool has_memory = session.error().code != ErrorCode::kNoMemory;
    return complain(
        {has_memory ? ExitStatus::kUsage : ExitStatus::kSystem, session.error().message});
  }
  if (const auto mounted = (*session)->mount(mount_point_); !mounted) {
    return complain({ExitStatus::kMountFailure, mounted.error().message});
  }
  leave_namespace();
  say_what_was_mounted();
  if (const auto started = (*session)->start_broker(); !started) {
    return complain({ExitStatus::kSystem, started.error().message});
  }
  const std::shared_ptr<Broker> broker = (*session)->broker();
  say_what_is_missing(lock_up(sandbox));
  const MountHelpers::Stopper stopper(helpers);
  helpers.start(**session);
  connection.pending().start([broker](pid_t thread) { return broker->is_being_killed(thread); });
  ready([broker](int priority, std::string_view line) { broker->log(priority, line); });
  if (const auto served = (*session)->serve([&] { helpers.stop(); }); !served) {
    return complain({ExitStatus::kSystem, served.error().message});
  }
  return ExitStatus::kSuccess;
}

ExitStatus MountCommand::run() {
  using Step = Failure (MountCommand::*)();
  constexpr Step kSteps[] = {
      &MountCommand::find_image,       &MountCommand::open_image,
      &MountCommand::check_device,     &MountCommand::enter_namespace,
      &MountCommand::find_mount_point, &MountCommand::check_not_mounted,
  };
  if (options_.nofail && access(options_.source.c_str(), F_OK) != 0 && errno == ENOENT) {
    return ExitStatus::kSuccess;
  }
  for (const Step step : kSteps) {
    if (const Failure failure = (this->*step)()) return complain(*failure);
  }
  if (options_.fake) return ExitStatus::kSuccess;
  if (options_.foreground) return serve([](const LogSink&) {});
  return run_in_background(mount_point_, [this](const Ready& ready) {
    inherited_.close_all();
    return serve(ready);
  });
}

}  // namespace zvfs
