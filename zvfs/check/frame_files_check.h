#pragma once

#include "zvfs/check/check_context.h"
#include "zvfs/check/inode_states.h"

namespace zvfs {

/// Checks that the frame files list, for each data frame, the regular files whose data begins in
/// it, by stream offset, and that each file is listed once. Call after InodeCheck.
void check_frame_files(const CheckContext& context, InodeStates& states);

}  // namespace zvfs
