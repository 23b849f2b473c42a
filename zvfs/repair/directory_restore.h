#pragma once

#include <cstdint>
#include <unordered_set>

#include "base/result.h"
#include "tree/tree.h"
#include "zvfs/repair/old_index.h"

namespace zvfs {

/// Restores the attributes of directories whose members are lost from the old index. These are the
/// directories of `tree` whose path_key() is not in `paths`; it is then added. Errors: Corrupt, Io;
/// TooLarge (as XattrStore::add()).
Result<void> restore_directories(const OldIndex& index, Tree& tree,
                                 std::unordered_set<std::uint64_t>& paths);

}  // namespace zvfs
