#pragma once

#include <cstdint>
#include <string_view>

#include "base/result.h"
#include "format/image.h"
#include "zvfs/walk/selection.h"

namespace zvfs {

/// An entry that a walk has reached. Valid for the duration of the call that passes it.
struct WalkEntry {
  /// Why the walk visits it.
  enum class Reason : std::uint8_t {
    kOnTheWay,  ///< Entries below it may match.
    kGlob,      ///< A glob matches it.
    kName,      ///< A path without a glob names it.
    kBelow,     ///< It lies in a directory that is wanted as a whole.
  };

  std::string_view path;  ///< From the root, without a leading slash; empty for the root.
  std::string_view name;  ///< The last name of `path`.
  const Inode& inode;
  Reason reason;
  bool is_last;  ///< No other entry of its directory follows.
};

/// How a walk continues below a directory.
enum class Descend : std::uint8_t {
  kNot,
  kMatches,  ///< Visit entries that the selection may match.
  kAll,      ///< Visit everything below.
};

/// Receives the entries of a SelectedWalk, each directory before its contents.
class TreeVisitor {
 public:
  virtual ~TreeVisitor() = default;

  /// Visits an entry; the result matters only for directories. An error ends the walk.
  virtual Result<Descend> enter(const WalkEntry& entry) = 0;

  /// A directory is done. Called once for each directory for which enter() did not return kNot.
  virtual Result<void> leave() { return {}; }

  /// The entry `path`, or the rest of a directory of that path, cannot be read. The walk continues
  /// after it unless an error is returned.
  virtual Result<void> lost(std::string_view path, Error error) = 0;
};

}  // namespace zvfs
