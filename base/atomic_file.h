#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <sys/types.h>

#include "base/result.h"
#include "base/signal_cleanup.h"
#include "base/unique_fd.h"

namespace zvfs {

enum class IfExists : bool { kFail, kReplace };

/// A new file that appears under its name only when it is whole. Until commit() it is a temporary
/// file beside the target, named `.NAME.zvfs-tmp.PID` and locked with flock(2); the destructor
/// removes it. Nobody gets more rights by a replacement: a file of the same owner hands on its
/// group, permissions and ACL; one of another owner limits what the umask leaves. What cannot be
/// handed on costs the group, or all but the owner, their permissions. Not thread-safe.
class AtomicFile {
 public:
  /// Begins the file `path`, and removes temporary files that a killed process left beside it.
  /// Errors: InvalidArgument (the target exists and may not be replaced, or is not a regular
  /// file), Io.
  static Result<AtomicFile> create(std::string_view path, IfExists if_exists);

  AtomicFile(AtomicFile&& other) noexcept;
  AtomicFile& operator=(AtomicFile&&) = delete;
  ~AtomicFile();

  [[nodiscard]] int fd() const { return fd_.get(); }

  /// Where the file will appear: a directory, and a name in it.
  [[nodiscard]] int directory_fd() const { return directory_.get(); }
  [[nodiscard]] const std::string& name() const { return name_; }
  /// Its name there until commit().
  [[nodiscard]] const std::string& temporary_name() const { return temporary_; }

  /// Writes everything to disk and gives the file its name. Call once.
  /// Errors: InvalidArgument (the target exists by now), Io. If only syncing the directory failed,
  /// as the message then says, the target stays in place.
  Result<void> commit();

 private:
  AtomicFile(UniqueFd directory, std::string name, IfExists if_exists)
      : directory_(std::move(directory)), name_(std::move(name)), if_exists_(if_exists) {}

  /// The rights of a file that will be replaced.
  struct OldRights {
    mode_t mode = 0;
    gid_t group = 0;
    bool is_ours = false;
    std::optional<std::string> acl;  // "" if it has none; nothing if that is not known
  };

  Result<void> check_target();
  Result<void> hand_on_rights() const;
  void remove_stale_temporaries() const;
  Result<void> create_temporary();
  Result<bool> try_create(std::string temporary);
  Result<void> rename_to_target();

  UniqueFd directory_;
  std::string name_;
  IfExists if_exists_;
  std::optional<OldRights> old_rights_;  // of what is replaced
  std::string temporary_;                // empty when there is none
  std::optional<RemoveOnSignal> remove_on_signal_;
  UniqueFd fd_;
};

}  // namespace zvfs
