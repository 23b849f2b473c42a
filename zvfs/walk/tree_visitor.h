#pragma once

#include <cstdint>
#include <string_view>

#include "base/result.h"
#include "format/image.h"
#include "zvfs/walk/selection.h"

namespace zvfs {

/// An entry that a walk has come to. Borrowed for the call that hands it out.
struct WalkEntry {
  /// Why the walk came here.
  enum class Reason : std::uint8_t {
    kOnTheWay,  ///< It leads to where matches may be.
    kGlob,      ///< A glob matches it.
    kName,      ///< A path without a glob names it.
    kBelow,     ///< It lies in a directory of which all was wanted.
  };

  std::string_view path;  ///< From the root, without a leading slash; empty for the root.
  std::string_view name;  ///< The last name of `path`.
  const Inode& inode;
  Reason reason;
  bool is_last;  ///< No other entry of its directory will follow.
};

/// What a walk does with a directory that a visitor entered.
enum class Descend : std::uint8_t {
  kNot,
  kMatches,  ///< Go on where the selection may match.
  kAll,      ///< Visit all that is below.
};

/// Is shown the entries that a TreeWalk comes to, a directory before what it holds.
class TreeVisitor {
 public:
  virtual ~TreeVisitor() = default;

  /// An entry; the answer counts for directories. An error ends the walk.
  virtual Result<Descend> enter(const WalkEntry& entry) = 0;

  /// All below a directory is done: once for each for which enter() gave other than kNot.
  virtual Result<void> leave() { return {}; }

  /// The entry `path`, or what else a directory of that path holds, cannot be read. The walk goes
  /// on with what follows, unless the error is returned.
  virtual Result<void> lost(std::string_view path, Error error) = 0;
};

}  // namespace zvfs
