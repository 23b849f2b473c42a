#pragma once

#include <cstdint>
#include <unordered_set>

#include "base/result.h"
#include "tree/tree.h"
#include "zvfs/repair/old_index.h"

namespace zvfs {

/// Gives directories of `tree` whose members are lost the attributes that the old index has for
/// them: those whose path_key() is not among `paths`, to which it is added.
/// Errors: Corrupt, Io; TooLarge (as XattrStore::add()).
Result<void> restore_directories(const OldIndex& index, Tree& tree,
                                 std::unordered_set<std::uint64_t>& paths);

}  // namespace zvfs
