#pragma once

#include "base/result.h"
#include "zvfs/check/check_context.h"

namespace zvfs {

/// Checks the index header's zero fields and the order of the tables; that each index frame lies
/// behind the one before it, decodes, and is listed in the nested seek table as it is. Notes in
/// the context whether all index frames can be read. Errors: Io.
Result<void> check_index_frames(CheckContext& context);

}  // namespace zvfs
