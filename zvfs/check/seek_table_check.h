#pragma once

#include "base/result.h"
#include "zvfs/check/check_context.h"

namespace zvfs {

/// Checks that the seek table at the end of the image lists each data frame as the frames table
/// does, and then the index frame. Errors: Io.
Result<void> check_seek_table(const CheckContext& context);

}  // namespace zvfs
