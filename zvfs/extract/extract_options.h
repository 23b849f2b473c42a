#pragma once

#include <cstdint>
#include <string>

namespace zvfs {

struct ExtractOptions {
  /// What happens to files that are there already.
  enum class Existing : std::uint8_t {
    kKeep,     ///< The new file is refused.
    kReplace,  ///< The old file is removed. Directories are never removed unless they are empty.
  };
  /// What happens when a file cannot be restored.
  enum class OnLoss : std::uint8_t { kStop, kGoOn };

  std::string directory = ".";
  unsigned threads = 1;
  Existing existing = Existing::kKeep;
  OnLoss on_loss = OnLoss::kStop;
  bool same_owner = false;  ///< Give files their owners, as only root may.
};

}  // namespace zvfs
