#pragma once

#include "base/result.h"
#include "zvfs/check/check_context.h"

namespace zvfs {

/// Checks the zero fields of the index header and the order of the tables; that each index frame
/// follows the previous one, decodes, and is listed correctly in the nested seek table. Notes in
/// the context whether all index frames can be read. Errors: Io.
Result<void> check_index_frames(CheckContext& context);

}  // namespace zvfs
