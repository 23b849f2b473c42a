#pragma once

namespace zvfs {

/// What `zvfs` exits with, as diff(1), grep(1) and tar(1) do. A command may have codes of its own
/// where there is a convention for what it does (`check` has those of fsck(8)).
inline constexpr int kExitSuccess = 0;
inline constexpr int kExitPartial = 1;  ///< Done, but not all was there or could be done.
inline constexpr int kExitFailure = 2;  ///< Wrong usage, or the operation failed.

}  // namespace zvfs
