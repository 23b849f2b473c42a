#pragma once

#include <cstdint>
#include <string>

namespace zvfs {

struct ExtractOptions {
  /// What to do with existing files.
  enum class Existing : std::uint8_t {
    kKeep,     ///< Refuse the new file.
    kReplace,  ///< Remove the old file. Directories are removed only if they are empty.
  };
  /// What to do if a file cannot be restored.
  enum class OnLoss : std::uint8_t { kStop, kGoOn };

  std::string directory = ".";
  unsigned threads = 1;
  Existing existing = Existing::kKeep;
  OnLoss on_loss = OnLoss::kStop;
  bool same_owner = false;  ///< Restore owners, which only root may do.
};

}  // namespace zvfs
