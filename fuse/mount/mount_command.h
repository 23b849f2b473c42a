#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/sandbox/sandbox.h"
#include "base/unique_fd.h"
#include "format/image.h"
#include "fuse/mount/background.h"
#include "fuse/mount/exit_status.h"
#include "fuse/mount/inherited_descriptors.h"
#include "fuse/mount/mount_options.h"

namespace zvfs {

/// Mounts an image, as mount.zvfs(8) describes. Single-threaded until it serves.
class MountCommand {
 public:
  explicit MountCommand(MountOptions options);

  /// Mounts, and returns when the filesystem is usable; in the daemon (and with -f), when it is
  /// unmounted. Prints a failure to standard error, in one line.
  ExitStatus run();

 private:
  /// A step's failure, or nothing.
  using Failure = std::optional<MountFailure>;

  Failure find_image();
  Failure open_image();
  [[nodiscard]] Result<std::unique_ptr<Image>> open_trusted_image() const;
  Failure check_device();
  Failure enter_namespace();
  void leave_namespace();
  Failure find_mount_point();
  Failure check_not_mounted();

  /// Mounts, calls `ready`, and serves until the end.
  ExitStatus serve(const Ready& ready);
  /// Gives up what serving does not need; returns what could not be given up.
  [[nodiscard]] std::vector<std::string> lock_up(const Sandbox& sandbox) const;
  void say_what_was_mounted() const;
  void say_what_is_missing(const std::vector<std::string>& missing) const;

  InheritedDescriptors inherited_;  // first: before anything is opened
  const MountOptions options_;
  std::string image_path_;   // absolute and free of symbolic links
  std::string mount_point_;  // likewise
  UniqueFd own_namespace_;   // open while we are in another mount namespace
  std::unique_ptr<Image> image_;
};

}  // namespace zvfs
