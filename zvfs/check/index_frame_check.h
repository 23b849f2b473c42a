#pragma once

#include "base/result.h"
#include "zvfs/check/check_context.h"

namespace zvfs {

/// Checks the zero fields of the index header and the order of the tables; that each index frame
/// follows the previous one, decodes, is listed correctly in the nested seek table, and has its
/// digest. Fields and bytes that may belong to unknown features may hold anything. Notes in the
/// context whether all index frames can be read. Errors: Io.
Result<void> check_index_frames(CheckContext& context);

}  // namespace zvfs
