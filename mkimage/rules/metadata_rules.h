#pragma once

#include <cstdint>
#include <optional>

#include "base/timestamp.h"
#include "mkimage/rules/mode_change.h"
#include "tree/tree.h"

namespace zvfs {

/// The metadata that entries get instead of what their source has. A plain value.
struct MetadataRules {
  enum class TimeRule : std::uint8_t {
    kSet,         ///< All entries get the time.
    kClamp,       ///< Entries with a later time get it.
    kClampIfNew,  ///< The same, but no reason to rewrite an archive that could stay unchanged.
  };

  std::optional<std::uint32_t> uid;
  std::optional<std::uint32_t> gid;
  std::optional<ModeChange> mode;  ///< Not for symlinks: their permissions mean nothing.
  std::optional<Timestamp> mtime;
  TimeRule time_rule = TimeRule::kSet;

  /// Whether an archive can stay unchanged.
  [[nodiscard]] bool empty() const {
    return !uid && !gid && !mode && (!mtime || time_rule == TimeRule::kClampIfNew);
  }

  void rewrite(InodeRecord& record) const {
    if (uid) record.uid = *uid;
    if (gid) record.gid = *gid;
    if (mode && !record.is_symlink()) record.mode = mode->apply(record.mode);
    if (mtime && (time_rule == TimeRule::kSet || record.mtime() > *mtime)) {
      record.set_mtime(*mtime);
    }
  }
};

}  // namespace zvfs
