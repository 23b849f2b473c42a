#pragma once

#include <compare>
#include <cstdint>
#include <limits>

#include "format/offsets.h"

namespace zvfs {

/// A name in a tree: a row of the dentries, and the directory that it is an entry of.
struct Link {
  InodeNumber directory;
  std::uint32_t dentry = 0;  ///< kRootDentry for the root, which has no dentry.

  static constexpr std::uint32_t kRootDentry = std::numeric_limits<std::uint32_t>::max();
  auto operator<=>(const Link&) const = default;
};
inline constexpr Link kRootLink{kRootInode, Link::kRootDentry};

}  // namespace zvfs
