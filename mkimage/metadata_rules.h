#pragma once

#include <cstdint>
#include <optional>

#include "mkimage/mode_change.h"
#include "mkimage/timestamp.h"
#include "mkimage/tree.h"

namespace zvfs {

/// What entries get in place of the metadata that their source has. A plain value.
struct MetadataRules {
  enum class TimeRule : std::uint8_t {
    kSet,    ///< All entries get the time.
    kClamp,  ///< Those with a later one get it.
  };

  std::optional<std::uint32_t> uid;
  std::optional<std::uint32_t> gid;
  std::optional<ModeChange> mode;  ///< Not of symlinks, whose permissions mean nothing.
  std::optional<Timestamp> mtime;
  TimeRule time_rule = TimeRule::kSet;

  /// Whether rewrite() changes no record.
  [[nodiscard]] bool empty() const { return !uid && !gid && !mode && !mtime; }

  void rewrite(InodeRecord& record) const;
};

}  // namespace zvfs
