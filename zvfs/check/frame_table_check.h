#pragma once

#include "zvfs/check/check_context.h"

namespace zvfs {

/// Checks each row of the frames table (limits, order, zero fields), and that the rows cover all
/// data frames, the stream and the frame files.
void check_frame_table(const CheckContext& context);

}  // namespace zvfs
