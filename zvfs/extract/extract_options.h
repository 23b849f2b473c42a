#pragma once

#include <cstdint>
#include <string>
#include <sys/types.h>

namespace zvfs {

struct ExtractOptions {
  /// What to do with existing files.
  enum class Existing : std::uint8_t {
    kKeep,     ///< Refuse the new file.
    kReplace,  ///< Remove the old file. Directories are removed only if they are empty.
  };
  /// What to do if a file cannot be restored, by its own fault.
  enum class OnLoss : std::uint8_t { kStop, kGoOn };

  std::string directory = ".";
  unsigned threads = 1;
  Existing existing = Existing::kKeep;
  OnLoss on_loss = OnLoss::kStop;
  bool same_owner = false;  ///< Restore owners, which only root may do.
  /// Restore permissions whole. Otherwise `umask` is taken from them, and what goes beyond rwx is
  /// left out: sticky bits and ACLs.
  bool same_permissions = true;
  mode_t umask = 0;
  /// Restore what gives a file the rights of others: set-user-ID and set-group-ID bits, and the
  /// attributes trusted.* and security.*, file capabilities among them.
  bool special_rights = true;
};

}  // namespace zvfs
