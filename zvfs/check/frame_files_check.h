#pragma once

#include "zvfs/check/check_context.h"
#include "zvfs/check/inode_states.h"

namespace zvfs {

/// Checks that the frame files name, for each data frame, the regular files whose data begins in
/// it, in the order of their stream offsets, and all files once. After InodeCheck.
void check_frame_files(const CheckContext& context, InodeStates& states);

}  // namespace zvfs
